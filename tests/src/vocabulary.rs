//! The clients of documents whose every name is an identifier that generated code depends on.

/// All names are objects.
pub mod objects {
    include!(concat!(env!("OUT_DIR"), "/words-objects.rs"));
}

/// All names are enums.
pub mod enums {
    include!(concat!(env!("OUT_DIR"), "/words-enums.rs"));
}

/// All names are unions.
pub mod unions {
    include!(concat!(env!("OUT_DIR"), "/words-unions.rs"));
}

/// Texts that would be code, links or tags.
pub mod texts {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
