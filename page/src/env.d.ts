// What the build puts in.

/** Where the files of pdf.js are, with a slash at the end. */
declare const __PDFJS_FILES__: string
