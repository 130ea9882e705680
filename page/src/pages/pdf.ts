// pdf.js, set up once: its worker, and where its files are. Loaded when the first document is looked at.

import {
  getDocument,
  GlobalWorkerOptions,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
  type PDFPageProxy,
  TextLayer,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import type { TextContent } from 'pdfjs-dist/types/src/display/api'

export type { PDFDocumentProxy, PDFPageProxy, TextContent }
export { TextLayer }

GlobalWorkerOptions.workerSrc = worker

/** Nothing of the document is run: no scripts, no forms that send. */
export function open(data: ArrayBuffer): PDFDocumentLoadingTask {
  return getDocument({
    data: new Uint8Array(data),
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
