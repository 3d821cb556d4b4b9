//! What is taken from the source that progenitor generated: fields with their Rust names and types, and for every method
//! its arguments with the place each goes to.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, GenericArgument, Item, PathArguments, Token, Type};

use crate::ir::Place;

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
    /// Name on the wire; empty for the body and for path arguments, which stand in the order of the path.
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
pub fn read(file: &syn::File) -> Output {
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
                        output.methods.insert(name, method(function));
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

fn method(function: &syn::ImplItemFn) -> Method {
    let mut places = Places::default();
    places.visit_block(&function.block);
    let mut arguments = Vec::new();
    for input in &function.sig.inputs {
        let syn::FnArg::Typed(typed) = input else {
            continue;
        };
        let syn::Pat::Ident(ident) = &*typed.pat else {
            continue;
        };
        let ident = ident.ident.to_string();
        let found = places.found.get(&ident).cloned();
        let (place, wire) = found.unwrap_or((Place::Body, String::new()));
        arguments.push(Argument {
            ident,
            rust_type: rust_type(&typed.ty),
            place,
            wire,
        });
    }
    let in_path = |argument: &Argument| {
        let mut path = places.path.iter();
        path.position(|ident| *ident == argument.ident)
    };
    arguments.sort_by_key(|argument| in_path(argument).unwrap_or(usize::MAX));
    Method {
        arguments,
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

/// Finds out which argument goes where.
#[derive(Default)]
struct Places {
    path: Vec<String>,
    found: BTreeMap<String, (Place, String)>,
    /// The argument behind the name `value` of an `if let Some(value) = argument`.
    behind: Option<String>,
}

impl<'ast> Visit<'ast> for Places {
    fn visit_expr_if(&mut self, node: &'ast syn::ExprIf) {
        let before = self.behind.take();
        if let Expr::Let(condition) = &*node.cond {
            self.behind = idents(&condition.expr).pop();
        }
        visit::visit_expr_if(self, node);
        self.behind = before;
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        if node.method == "append"
            && let Some((name, idents)) = name_and_value(&node.args)
            && let Some(ident) = idents.first()
        {
            let behind = self.behind.clone().filter(|_| ident == "value");
            let ident = behind.unwrap_or_else(|| ident.clone());
            self.found.insert(ident, (Place::Header, name));
        }
        visit::visit_expr_method_call(self, node);
    }

    fn visit_expr_call(&mut self, node: &'ast syn::ExprCall) {
        let called = node.func.to_token_stream().to_string();
        if called.contains("QueryParam")
            && let Some((name, mut idents)) = name_and_value(&node.args)
            && let Some(ident) = idents.pop()
        {
            self.found.insert(ident, (Place::Query, name));
        }
        visit::visit_expr_call(self, node);
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if node.path.is_ident("format")
            && let Ok(arguments) = node.parse_body_with(parser)
        {
            let is_call = |argument: &&Expr| matches!(argument, Expr::Call(_));
            let calls = arguments.iter().filter(is_call);
            for ident in calls.filter_map(|call| idents(call).pop()) {
                let place = (Place::Path, String::new());
                self.found.insert(ident.clone(), place);
                self.path.push(ident);
            }
        }
    }
}

/// Returns the literal that is the first argument of a call, and the plain names in the second.
fn name_and_value(arguments: &Punctuated<Expr, Token![,]>) -> Option<(String, Vec<String>)> {
    let Expr::Lit(literal) = arguments.first()? else {
        return None;
    };
    let syn::Lit::Str(name) = &literal.lit else {
        return None;
    };
    Some((name.value(), idents(arguments.get(1)?)))
}

/// The plain names in an expression, from left to right.
fn idents(expression: &Expr) -> Vec<String> {
    #[derive(Default)]
    struct Idents(Vec<String>);
    impl<'ast> Visit<'ast> for Idents {
        fn visit_expr_path(&mut self, node: &'ast syn::ExprPath) {
            let ident = node.path.get_ident();
            self.0.extend(ident.map(ToString::to_string));
        }
    }
    let mut found = Idents::default();
    found.visit_expr(expression);
    found.0
}
