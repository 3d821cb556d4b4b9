//! What is taken from the source that progenitor generated: fields with their Rust names and types, and for every method
//! its arguments with the place each goes to.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{GenericArgument, Item, PathArguments, Type};

use crate::ir::{Api, Operation, Place};

/// A type that progenitor chose: one value, a list or a map of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RustType {
    Value(String),
    /// A single value that may contain one of the type it is in.
    Boxed(String),
    List(String),
    /// Values by name.
    Map(String),
}

impl RustType {
    /// Returns the word that the macros use, and the type of a value.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Value(kind) => ("value", kind),
            Self::Boxed(kind) => ("boxed", kind),
            Self::List(kind) => ("list", kind),
            Self::Map(kind) => ("map", kind),
        }
    }

    /// Returns the complete type.
    pub fn complete(&self) -> String {
        match self {
            Self::Value(kind) => kind.clone(),
            Self::Boxed(kind) => format!("::std::boxed::Box<{kind}>"),
            Self::List(kind) => format!("::std::vec::Vec<{kind}>"),
            Self::Map(kind) => {
                format!("::std::collections::BTreeMap<::std::string::String, {kind}>")
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Field {
    pub ident: String,
    /// Type without the `Option` around it.
    pub rust_type: RustType,
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub ident: String,
    /// Type without the `Option` around it.
    pub rust_type: RustType,
    pub place: Place,
    /// Name on the wire; empty for the body.
    pub wire: String,
}

#[derive(Clone, Debug)]
pub struct Method {
    /// Path arguments in the order of the path, then the others.
    pub arguments: Vec<Argument>,
    pub success: String,
}

impl Method {
    /// Returns the arguments in the path, in its order.
    pub fn in_path(&self) -> impl Iterator<Item = &Argument> {
        let arguments = self.arguments.iter();
        arguments.filter(|argument| argument.place == Place::Path)
    }
}

/// Everything that is used of progenitor's output.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Structs by name, their fields by wire name.
    pub structs: BTreeMap<String, BTreeMap<String, Field>>,
    /// Methods by name.
    pub methods: BTreeMap<String, Method>,
}

/// Reads a generated file.
pub fn read(file: &syn::File, api: &Api) -> Output {
    let mut output = Output::default();
    for item in &file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.iter().flat_map(|(_, items)| items) {
                    if let Item::Struct(item) = item {
                        output.structs.insert(item.ident.to_string(), fields(item));
                    }
                }
            }
            Item::Impl(item) => {
                for item in &item.items {
                    if let syn::ImplItem::Fn(function) = item
                        && function.sig.asyncness.is_some()
                    {
                        let name = function.sig.ident.to_string();
                        let operation = api.operations.get(&name);
                        let method = operation.map(|operation| method(function, operation));
                        output.methods.extend(method.map(|method| (name, method)));
                    }
                }
            }
            _ => {}
        }
    }
    output
}

fn fields(item: &syn::ItemStruct) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    for field in &item.fields {
        let Some(ident) = field.ident.as_ref().map(ToString::to_string) else {
            continue;
        };
        let own_name = || ident.trim_start_matches("r#").to_owned();
        let wire = renamed(&field.attrs).unwrap_or_else(own_name);
        let rust_type = rust_type(&field.ty);
        fields.insert(wire, Field { ident, rust_type });
    }
    fields
}

fn renamed(attributes: &[syn::Attribute]) -> Option<String> {
    let mut name = None;
    let of_serde = |attribute: &&syn::Attribute| attribute.path().is_ident("serde");
    for attribute in attributes.iter().filter(of_serde) {
        // What follows an entry that is not understood is of no interest: rename always comes first.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
    }
    name
}

fn rust_type(kind: &Type) -> RustType {
    if let Type::Reference(reference) = kind {
        return rust_type(&reference.elem);
    }
    let (name, arguments) = name_and_arguments(kind).unwrap_or_default();
    match (name.as_str(), arguments.as_slice()) {
        // What has to be boxed is found out later, unions included.
        ("Option" | "Box", [inner]) => rust_type(inner),
        ("Vec", [inner]) => RustType::List(text(inner)),
        // A `Map` is an object of free form.
        ("BTreeMap" | "Map", [_, inner]) => RustType::Map(text(inner)),
        ("str", []) => RustType::Value("::std::string::String".to_owned()),
        _ => RustType::Value(text(kind)),
    }
}

/// Returns the last name in the path of a type, and its type arguments.
fn name_and_arguments(kind: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = kind else {
        return None;
    };
    let last = path.path.segments.last()?;
    let mut arguments = Vec::new();
    if let PathArguments::AngleBracketed(list) = &last.arguments {
        arguments.extend(list.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(kind) => Some(kind),
            _ => None,
        }));
    }
    Some((last.ident.to_string(), arguments))
}

fn text(kind: &Type) -> String {
    let text = kind.to_token_stream().to_string().replace(' ', "");
    // Through dintero-core, so that a client crate depends on nothing else.
    text.replace("::serde_json::", "::dintero_core::data::private::")
}

/// Reads the arguments in the order of progenitor: those of the path as they stand there, those of the query and then the
/// headers by name, and the body.
fn method(function: &syn::ImplItemFn, operation: &Operation) -> Method {
    let by_name = |place: Place| {
        let parameters = operation.parameters_of(place).into_values();
        parameters.map(move |(wire, _)| (place, wire.clone()))
    };
    let path = operation.path_variables();
    let mut places: Vec<_> = path.map(|wire| (Place::Path, wire.to_owned())).collect();
    places.extend(by_name(Place::Query).chain(by_name(Place::Header)));
    places.extend(operation.body.iter().map(|_| (Place::Body, String::new())));
    let inputs = function.sig.inputs.iter();
    let typed = inputs.filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(typed),
        syn::FnArg::Receiver(_) => None,
    });
    let mut arguments: Vec<_> = typed.collect();
    if arguments.len() != places.len() {
        arguments.clear();
    }
    let arguments = arguments.into_iter().zip(places);
    Method {
        arguments: arguments
            .map(|(typed, (place, wire))| Argument {
                ident: typed.pat.to_token_stream().to_string(),
                rust_type: rust_type(&typed.ty),
                place,
                wire,
            })
            .collect(),
        success: success(&function.sig.output),
    }
}

/// `T` of `Result<ResponseValue<T>, _>`.
fn success(output: &syn::ReturnType) -> String {
    let syn::ReturnType::Type(_, kind) = output else {
        return "()".to_owned();
    };
    let mut inner: &Type = kind;
    for _ in 0..2 {
        let (_, arguments) = name_and_arguments(inner).unwrap_or_default();
        inner = arguments.first().copied().unwrap_or(inner);
    }
    text(inner)
}
