// Server-sent events out of bytes, as they come: https://html.spec.whatwg.org/multipage/server-sent-events.html
//
// Pure. Called by stream.ts.

export interface Frame {
  event: string
  id: string
  data: string
}

/** Feed it text; it gives the frames that are whole. */
export class FrameReader {
  #rest = ''
  #frame: Frame = { event: '', id: '', data: '' }

  read(text: string): Frame[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line))
  }

  #line(line: string): Frame[] {
    if (line === '') return this.#end()
    const at = line.indexOf(':')
    const name = at < 0 ? line : line.slice(0, at)
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
    if (name === 'event') this.#frame.event = value
    if (name === 'id') this.#frame.id = value
    if (name === 'data') this.#frame.data += `${value}\n`
    return []
  }

  #end(): Frame[] {
    const frame = this.#frame
    this.#frame = { event: '', id: frame.id, data: '' }
    return frame.data ? [{ ...frame, data: frame.data.slice(0, -1) }] : []
  }
}
