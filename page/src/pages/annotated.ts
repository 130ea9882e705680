// The document with a mark on every proven value, as a PDF to take away: highlights as any viewer shows them, each with the
// name and the value in its note. The pages themselves are not touched.

import type { JobLog } from '../job/log'
import { spoken } from '../job/pointer'
import type { PageBox } from './boxes'

const COLOURS = { exact: [0.36, 0.78, 0.87], close: [0.98, 0.75, 0.3], missing: [0.9, 0.3, 0.25] } as const

/** `said` gives the value at a pointer as text. */
export async function annotated(
  bytes: ArrayBuffer,
  boxes: Map<number, PageBox[]>,
  log: JobLog,
  said: (pointer: string) => string,
): Promise<Blob> {
  const [{ PDFDocument, PDFHexString }, { open }] = await Promise.all([import('@cantoo/pdf-lib'), import('./pdf')])
  const file = await PDFDocument.load(bytes.slice(0), { updateMetadata: false })
  const task = open(bytes.slice(0))
  const shown = await task.promise
  for (const [number, found] of boxes) {
    if (number > file.getPageCount()) continue
    const page = file.getPage(number - 1)
    // From fractions of the page as it is seen to points of the page as it is written: pdf.js knows crop and rotation.
    const view = (await shown.getPage(number)).getViewport({ scale: 1 })
    for (const { pointer, box, match } of found) {
      const corner = (x: number, y: number): number[] => view.convertToPdfPoint(x * view.width, y * view.height)
      const [topLeft, topRight, low, lowRight] = [
        corner(box.x0, box.y0), corner(box.x1, box.y0), corner(box.x0, box.y1), corner(box.x1, box.y1),
      ]
      const all = [...topLeft, ...topRight, ...low, ...lowRight]
      const [xs, ys] = [all.filter((_, at) => at % 2 === 0), all.filter((_, at) => at % 2 === 1)]
      const confidence = log.attributions.get(pointer)?.confidence
      const sure = confidence === undefined ? '' : `, ${Math.round(confidence * 100)} %`
      const note = file.context.obj({
        Type: 'Annot',
        Subtype: 'Highlight',
        Rect: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
        QuadPoints: all,
        C: [...COLOURS[match]],
        CA: 0.45,
        F: 4,
        T: PDFHexString.fromText('Sluice'),
        Contents: PDFHexString.fromText(`${spoken(pointer)}: ${said(pointer)} (${match}${sure})`),
      })
      page.node.addAnnot(file.context.register(note))
    }
  }
  await task.destroy()
  return new Blob([(await file.save({ useObjectStreams: false })) as BlobPart], { type: 'application/pdf' })
}
