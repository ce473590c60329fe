//! Transcripts of the program: what a person types, and what comes back on both streams with which exit code.

// Skipped tests say so.
#![allow(clippy::print_stderr)]

mod embedding_stand_in;
mod sandbox;

mod analyze;
mod backtest;
mod backup;
mod completions;
mod config;
mod demo;
mod doctor;
mod full_disk;
mod generate;
mod gpu;
mod gpu_clear;
mod gpu_models;
mod gpu_models_exchanges;
mod gpu_models_traps;
mod gpu_nvml;
mod import;
mod kills;
mod man;
mod optimize;
mod predict;
mod restore;
mod rules;
mod rules_apply;
mod rules_apply_crash;
mod rules_schedulers;
mod search;
mod search_models;
mod stampede;
mod stand_in;
mod view;
