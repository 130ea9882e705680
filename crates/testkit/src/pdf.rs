//! Small PDFs written by hand, so that each test shows its whole file. Called by tests and by `hostile`.

/// A PDF of numbered objects; the first is the catalog.
pub struct Pdf {
    objects: Vec<(u32, Vec<u8>)>,
    trailer: String,
}

impl Pdf {
    /// Of these objects.
    #[must_use]
    pub fn of(objects: &[(u32, &str)]) -> Self {
        let objects = objects.iter().map(|(number, body)| (*number, body.as_bytes().to_vec())).collect();
        Self { objects, trailer: String::new() }
    }

    /// With this object, instead of one of the same number.
    #[must_use]
    pub fn with(mut self, number: u32, body: impl Into<Vec<u8>>) -> Self {
        self.objects.retain(|(other, _)| *other != number);
        self.objects.push((number, body.into()));
        self
    }

    /// With more in its trailer.
    #[must_use]
    pub fn trailer(mut self, more: &str) -> Self {
        self.trailer.push_str(more);
        self
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let last = self.objects.iter().map(|(number, _)| *number).max().unwrap_or(0);
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", last + 1);
        for number in 1..=last {
            match self.objects.iter().find(|(other, _)| *other == number) {
                Some((_, body)) => {
                    table.push_str(&format!("{:010} 00000 n \n", out.len()));
                    out.extend(format!("{number} 0 obj\n").as_bytes());
                    out.extend(body);
                    out.extend(b"\nendobj\n");
                }
                None => table.push_str("0000000000 65535 f \n"),
            }
        }
        let at = out.len();
        out.extend(table.as_bytes());
        let (size, more) = (last + 1, &self.trailer);
        out.extend(format!("trailer\n<</Size {size}/Root 1 0 R{more}>>\nstartxref\n{at}\n%%EOF\n").as_bytes());
        out
    }
}

/// A stream object with its length.
#[must_use]
pub fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<<{dict}/Length {}>>\nstream\n", data.len()).into_bytes();
    body.extend(data);
    body.extend(b"\nendstream");
    body
}

/// One page of 612 x 792 with this content; fonts F1 Helvetica, F2 Helvetica-Bold, F3 Courier, F4 ZapfDingbats.
#[must_use]
pub fn page(content: &str) -> Pdf {
    page_with(content, "", "[0 0 612 792]", "")
}

/// The same with more resources, another media box and more page entries.
#[must_use]
pub fn page_with(content: &str, resources: &str, media_box: &str, entries: &str) -> Pdf {
    let fonts = ["Helvetica", "Helvetica-Bold", "Courier", "ZapfDingbats"];
    let fonts: Vec<String> = (1..)
        .zip(fonts)
        .map(|(at, name)| {
            let encoding = if name.starts_with("Zapf") { "" } else { "/Encoding/WinAnsiEncoding" };
            format!("/F{at}<</Type/Font/Subtype/Type1/BaseFont/{name}{encoding}>>")
        })
        .collect();
    let fonts = fonts.concat();
    Pdf::of(&[
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (
            3,
            &format!(
                "<</Type/Page/Parent 2 0 R/MediaBox{media_box}/Contents 4 0 R/Resources<</Font<<{fonts}>>{resources}>>{entries}>>"
            ),
        ),
    ])
    .with(4, stream("", content.as_bytes()))
}

/// Several pages, each with its content in Helvetica.
#[must_use]
pub fn pages(contents: &[String]) -> Pdf {
    let numbers: Vec<u32> = (10..).step_by(2).take(contents.len()).collect();
    let kids: Vec<String> = numbers.iter().map(|number| format!("{number} 0 R")).collect();
    let mut pdf = Pdf::of(&[
        (1, "<</Type/Catalog/Pages 2 0 R>>"),
        (2, &format!("<</Type/Pages/Kids[{}]/Count {}>>", kids.join(" "), contents.len())),
        (5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
    ]);
    for (number, content) in numbers.into_iter().zip(contents) {
        let body = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {} 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            number + 1
        );
        pdf = pdf.with(number, body).with(number + 1, stream("", content.as_bytes()));
    }
    pdf
}

/// Text at a place, in points from the lower left corner.
#[must_use]
pub fn text(font: &str, size: u32, x: f32, y: f32, words: &str) -> String {
    format!("BT /{font} {size} Tf {x} {y} Td ({words}) Tj ET\n")
}
