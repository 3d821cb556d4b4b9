//! The Shopping API.
