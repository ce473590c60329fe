//! `import` from the outside.
