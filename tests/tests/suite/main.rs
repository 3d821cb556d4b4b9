//! The cross-crate tests, one file for each property they prove, in one program.

mod compatibility;
mod divided_types;
mod escaping;
mod generated_calls;
mod generated_circles;
mod generated_docs;
mod generated_names;
mod generated_requests;
mod generated_types;
mod generated_unions;
mod generated_wire;
mod hostile_documents;
mod kept_names;
mod misfits;
mod nested_documents;
mod openapi_documents;
mod personal_data;
mod random_unions;
mod references;
mod refused_documents;
mod refused_names;
mod round_trip;
mod vocabulary;
