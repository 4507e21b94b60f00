//! The text of a file, whatever program wrote it.

use super::FileError;

/// The bytes of a file as text: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, as older spreadsheets write.
pub(super) fn decode(bytes: &[u8]) -> Result<String, FileError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(FileError::Spreadsheet);
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8_or_windows(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => utf8_or_windows(bytes),
    };
    if text.contains('\0') {
        return Err(FileError::NotText);
    }
    Ok(text)
}

fn utf8_or_windows(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok()
        .filter(|_| rest.is_empty())
        .ok_or(FileError::NotText)
}

fn windows_1252(byte: u8) -> char {
    /// 0x80 to 0x9f; five of them mean nothing.
    const HIGH: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
        '\u{fffd}', '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '•', '–', '—', '˜',
        '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_encoding_is_read() {
        let text = "Firma;Straße\r\nMüller & Söhne;„Köln“ €\r\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(
            decode(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).unwrap(),
            text
        );
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(
            decode(&[b"\xff\xfe", little.as_slice()].concat()).unwrap(),
            text
        );
        assert_eq!(
            decode(&[b"\xfe\xff", big.as_slice()].concat()).unwrap(),
            text
        );
        let windows = b"Firma;Stra\xdfe\r\nM\xfcller & S\xf6hne;\x84K\xf6ln\x93 \x80\r\n";
        assert_eq!(decode(windows).unwrap(), text);
        assert_eq!(decode("\u{feff}".as_bytes()).unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(matches!(
            decode(b"PK\x03\x04rest"),
            Err(FileError::Spreadsheet)
        ));
        assert!(matches!(decode(b"a\0b\0"), Err(FileError::NotText)));
        assert!(matches!(decode(b"\xff\xfea"), Err(FileError::NotText)));
        assert!(matches!(
            decode(b"\xff\xfe\x00\xd8"),
            Err(FileError::NotText)
        ));
    }
}
