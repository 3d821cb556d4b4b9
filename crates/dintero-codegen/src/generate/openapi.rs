//! The document that progenitor gets: OpenAPI 3.0 of the simplest constructs, without limits and defaults.
//!
//! It is built from the types of openapiv3, since a build script compiles its deserializer for seconds.

use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, Components, Info, IntegerFormat,
    IntegerType, MediaType, ObjectType, OpenAPI, Parameter, ParameterData,
    ParameterSchemaOrContent, PathItem, ReferenceOr, RequestBody, Response, SchemaData, SchemaKind,
    StatusCode, StringFormat, StringType, Type, VariantOrUnknownOrEmpty,
};

use super::SCALARS;
use crate::ir::{Api, Kind, Operation, Place, Scalar, Schema, Success};

const JSON: &str = "application/json";

type Written = ReferenceOr<openapiv3::Schema>;

/// Returns the document of an API.
pub fn of(api: &Api) -> OpenAPI {
    let mut document = OpenAPI {
        openapi: "3.0.3".to_owned(),
        info: Info {
            title: api.title.clone(),
            version: "1".to_owned(),
            ..Info::default()
        },
        ..OpenAPI::default()
    };
    let components = document.components.insert(Components::default());
    for (name, _) in SCALARS {
        let text = typed(Type::String(StringType::default()));
        components.schemas.insert(name.to_owned(), text);
    }
    for (name, kind) in &api.types {
        let schema = component(&kind.schema);
        components.schemas.insert(name.clone(), schema);
    }
    for operation in api.operations.values() {
        let (path, written) = path_and_operation(operation);
        let item = PathItem {
            post: Some(written),
            ..PathItem::default()
        };
        let paths = &mut document.paths.paths;
        paths.insert(path, ReferenceOr::Item(item));
    }
    document
}

fn typed(kind: Type) -> Written {
    schema(SchemaKind::Type(kind), false)
}

fn schema(schema_kind: SchemaKind, nullable: bool) -> Written {
    let schema_data = SchemaData {
        nullable,
        ..SchemaData::default()
    };
    ReferenceOr::Item(openapiv3::Schema {
        schema_data,
        schema_kind,
    })
}

fn reference(name: &str) -> Written {
    ReferenceOr::ref_(&format!("#/components/schemas/{name}"))
}

fn boxed(written: Written) -> ReferenceOr<Box<openapiv3::Schema>> {
    match written {
        ReferenceOr::Item(item) => ReferenceOr::Item(Box::new(item)),
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
    }
}

fn component(schema: &Schema) -> Written {
    match &schema.kind {
        Kind::Object(object) => {
            let properties = object.properties.iter();
            let properties = properties.map(|(name, field)| (name.clone(), boxed(leaf(field))));
            typed(Type::Object(ObjectType {
                properties: properties.collect(),
                required: object.required.iter().cloned().collect(),
                ..ObjectType::default()
            }))
        }
        // Only the name of the type is read of what progenitor makes of it.
        Kind::Enum(_) => typed(Type::String(StringType {
            enumeration: vec![Some("V".to_owned())],
            ..StringType::default()
        })),
        _ => typed(Type::Object(ObjectType::default())),
    }
}

/// Writes a property, parameter or body.
fn leaf(schema: &Schema) -> Written {
    match &schema.kind {
        Kind::Ref(name) => reference(name),
        Kind::Scalar(Scalar::StringOrNumber) => reference("DinteroStringOrNumber"),
        Kind::Scalar(Scalar::String) => match schema.format.as_deref() {
            Some("date-time") => reference("DinteroDateTime"),
            Some("date") => reference("DinteroDate"),
            Some("uuid") => reference("DinteroUuid"),
            _ => typed(Type::String(StringType::default())),
        },
        Kind::Scalar(Scalar::Number) => reference("DinteroNumber"),
        Kind::Scalar(Scalar::Integer) => typed(Type::Integer(IntegerType {
            format: VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64),
            ..IntegerType::default()
        })),
        Kind::Scalar(Scalar::Boolean) => typed(Type::Boolean(BooleanType::default())),
        Kind::List(items) => typed(Type::Array(ArrayType {
            items: Some(boxed(element(items))),
            min_items: None,
            max_items: None,
            unique_items: false,
        })),
        Kind::Map(values) => {
            let values = (values.kind != Kind::Any).then(|| element(values));
            typed(Type::Object(ObjectType {
                additional_properties: values
                    .map(|values| AdditionalProperties::Schema(Box::new(values))),
                ..ObjectType::default()
            }))
        }
        // Of these, those that are left after lowering are components.
        Kind::Any | Kind::Object(_) | Kind::Enum(_) | Kind::Union(_) => {
            self::schema(SchemaKind::Any(AnySchema::default()), false)
        }
    }
}

/// Writes an element of a list or map, or the body of a success, which unlike a field has no other way to be `null`.
fn element(schema: &Schema) -> Written {
    let nullable = schema.is_nullable();
    match leaf(schema) {
        reference @ ReferenceOr::Reference { .. } if nullable => {
            let all_of = vec![reference];
            self::schema(SchemaKind::AllOf { all_of }, true)
        }
        ReferenceOr::Item(mut item) => {
            item.schema_data.nullable = nullable && !matches!(item.schema_kind, SchemaKind::Any(_));
            ReferenceOr::Item(item)
        }
        reference => reference,
    }
}

fn path_and_operation(operation: &Operation) -> (String, openapiv3::Operation) {
    // Whatever the method is, each has a path of its own, without the account: that is no parameter.
    let account = operation.account.iter();
    let own = format!("/{}{}", operation.name, operation.path);
    let path = account.fold(own, |path, account| {
        path.replacen(&format!("{{{account}}}"), "-", 1)
    });
    let mut written = openapiv3::Operation {
        operation_id: Some(operation.name.clone()),
        ..openapiv3::Operation::default()
    };
    for place in [Place::Path, Place::Query, Place::Header] {
        for (name, (_, found)) in operation.parameters_of(place) {
            let data = parameter(&name, found.required, leaf(&found.schema));
            written.parameters.push(ReferenceOr::Item(match place {
                Place::Path => Parameter::Path {
                    parameter_data: data,
                    style: Default::default(),
                },
                Place::Query => Parameter::Query {
                    parameter_data: data,
                    allow_reserved: false,
                    style: Default::default(),
                    allow_empty_value: None,
                },
                _ => Parameter::Header {
                    parameter_data: data,
                    style: Default::default(),
                },
            }));
        }
    }
    let success = match &operation.success {
        Success::Json(schema) | Success::JsonOrEmpty(schema) => Some((JSON, element(schema))),
        Success::Bytes => {
            let binary = typed(Type::String(StringType {
                format: VariantOrUnknownOrEmpty::Item(StringFormat::Binary),
                ..StringType::default()
            }));
            Some(("application/octet-stream", binary))
        }
        Success::Empty => None,
    };
    let response = Response {
        content: success.map(content).into_iter().collect(),
        ..Response::default()
    };
    let responses = &mut written.responses.responses;
    responses.insert(StatusCode::Range(2), ReferenceOr::Item(response));
    written.request_body = operation.body.as_ref().map(|body| {
        let body = content((JSON, leaf(&body.schema)));
        ReferenceOr::Item(RequestBody {
            content: [body].into_iter().collect(),
            required: true,
            ..RequestBody::default()
        })
    });
    (path, written)
}

fn content((media_type, schema): (&str, Written)) -> (String, MediaType) {
    let schema = MediaType {
        schema: Some(schema),
        ..MediaType::default()
    };
    (media_type.to_owned(), schema)
}

fn parameter(name: &str, required: bool, schema: Written) -> ParameterData {
    ParameterData {
        name: name.to_owned(),
        description: None,
        required,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(schema),
        example: None,
        examples: Default::default(),
        explode: None,
        extensions: Default::default(),
    }
}
