//! What hosts and GPUs report (read), and freeing their memory (act).
