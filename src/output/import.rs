//! What `import` answers.
