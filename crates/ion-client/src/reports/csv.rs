//! A report as CSV while it arrives. How Ion sends it is not known: nobody is seen to ask. All ways are read in which such an answer is
//! sent: as it is, as the described object, as a row of objects.

use base64::Engine as _;
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use crate::answer::beginning;
use crate::error::{DecodeError, Error};
use crate::http::{read, transport};

/// The parts of an answer.
pub(super) async fn parts(
    answer: reqwest::Response,
    max_body: usize,
) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send, Error> {
    let kind = answer
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.contains("json") {
        let answer = read(answer, max_body).await?;
        let parts = from_json(&answer.body);
        return Ok(futures::stream::iter(parts).left_stream());
    }
    if kind.contains("html") {
        let answer = read(answer, max_body).await?;
        return Err(Error::NotIon {
            status: answer.status.as_u16(),
            excerpt: beginning(&answer.body),
        });
    }
    let parts = futures::stream::try_unfold(answer, |mut answer| async {
        let part = answer.chunk().await.map_err(transport)?;
        Ok(part.map(|part| (part.to_vec(), answer)))
    });
    Ok(parts.right_stream())
}

/// One object of an answer: the part itself, or in an envelope.
#[derive(Deserialize)]
struct Enveloped {
    result: Option<Part>,
    data: Option<String>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Part {
    data: Option<String>,
}

/// The parts that stand in a row of objects. One that breaks off ends in an error, and so does one in which Ion says that it failed.
fn from_json(body: &str) -> Vec<Result<Vec<u8>, Error>> {
    let cut = || Error::Cut { bytes: body.len() };
    let mut parts = Vec::new();
    for object in serde_json::Deserializer::from_str(body).into_iter::<Enveloped>() {
        let part = match object {
            Ok(object) if object.error.is_some() => Err(cut()),
            Ok(object) => {
                let inner = object.result.and_then(|part| part.data);
                match inner.or(object.data) {
                    Some(data) => Ok(bytes_of(data)),
                    None => continue,
                }
            }
            Err(error) if error.classify() == Category::Eof => Err(cut()),
            Err(error) => Err(Error::Decode(DecodeError {
                path: "$".to_owned(),
                message: error.to_string(),
            })),
        };
        let failed = part.is_err();
        parts.push(part);
        if failed {
            break;
        }
    }
    parts
}

/// Bytes are written in base 64 by the rules of the format; a text that is none is taken as it is.
fn bytes_of(data: String) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(&data)
        .unwrap_or_else(|_| data.into_bytes())
}
