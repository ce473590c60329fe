//! What `backup` answers.
