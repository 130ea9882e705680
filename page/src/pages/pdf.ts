// pdf.js, set up once: its worker, and where its files are. Loaded when the first document is looked at.

import {
  getDocument,
  GlobalWorkerOptions,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  type PDFPageProxy,
  TextLayer,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import type { DocumentInitParameters, TextContent } from 'pdfjs-dist/types/src/display/api'

export type { PDFDocumentProxy, PDFPageProxy, TextContent }
export { TextLayer }

GlobalWorkerOptions.workerSrc = worker

/** Bytes of a file that are fetched at once. */
const PIECE_BYTES = 256 * 1024

/** A file whose bytes come as they are needed: of a large one only what the pages take that are looked at. */
class Pieces extends PDFDataRangeTransport {
  constructor(
    length: number,
    readonly fetched: (begin: number, end: number) => Promise<ArrayBuffer>,
    readonly failed: (error: unknown) => void,
  ) {
    super(length, null)
  }

  override requestDataRange(begin: number, end: number): void {
    this.fetched(begin, end)
      .then((bytes) => this.onDataRange(begin, new Uint8Array(bytes)))
      .catch(this.failed)
  }
}

/** A file of so many bytes, in pieces. */
export function openPieces(
  length: number,
  fetched: (begin: number, end: number) => Promise<ArrayBuffer>,
  failed: (error: unknown) => void,
): PDFDocumentLoadingTask {
  const range = new Pieces(length, fetched, failed)
  return document({ range, rangeChunkSize: PIECE_BYTES, disableStream: true, disableAutoFetch: true })
}

export function open(data: ArrayBuffer): PDFDocumentLoadingTask {
  return document({ data: new Uint8Array(data) })
}

/** Nothing of the document is run: no scripts, no forms that send. */
function document(source: DocumentInitParameters): PDFDocumentLoadingTask {
  return getDocument({
    ...source,
    // Its warnings are of documents with flaws, and of pages that were left before their text was there.
    verbosity: VerbosityLevel.ERRORS,
    cMapUrl: `${__PDFJS_FILES__}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${__PDFJS_FILES__}standard_fonts/`,
    wasmUrl: `${__PDFJS_FILES__}wasm/`,
    iccUrl: `${__PDFJS_FILES__}iccs/`,
    isEvalSupported: false,
    enableXfa: false,
  })
}
