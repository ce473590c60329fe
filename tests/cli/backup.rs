//! `backup` from the outside.
