/** Watches what a handler writes to the raw response itself, and lets leave what the recorder says. */
import type { ServerResponse } from 'node:http'
import type { Departure, ResponseRecorder, Undo } from '@forebay/core'
import { fieldsOf } from './response-fields.ts'
import { linesOfHead } from './head-lines.ts'

type Chunk = string | Uint8Array

/** The methods that a head and bytes go through, whatever the forms of their arguments. */
interface Writers {
  writeHead: (this: ServerResponse, ...args: unknown[]) => ServerResponse
  write: (this: ServerResponse, ...args: unknown[]) => boolean
  end: (this: ServerResponse, ...args: unknown[]) => ServerResponse
}

/** `undo` leaves the response as it was; it is to be called before anything has left. */
export function tapRaw(res: ServerResponse, recorder: ResponseRecorder): Undo {
  const tap = new RawTap(res, recorder)
  return () => tap.undo()
}

class RawTap {
  readonly #res: ServerResponse
  readonly #recorder: ResponseRecorder
  readonly #original: Writers
  readonly #installed: Writers
  #departure: Departure | undefined
  #position = 0
  /** HTTP/2 hands what `end` is given to its own `write`. */
  #isEnding = false
  #isUndone = false

  constructor(res: ServerResponse, recorder: ResponseRecorder) {
    this.#res = res
    this.#recorder = recorder
    const { writeHead, write, end } = res as unknown as Writers
    this.#original = { writeHead, write, end }
    this.#installed = {
      writeHead: (...args: unknown[]) => this.#writeHead(args),
      write: (...args: unknown[]) => this.#write(args),
      end: (...args: unknown[]) => this.#end(args),
    }
    Object.assign(res, this.#installed)
    res.once('close', this.#closed)
  }

  undo(): void {
    this.#isUndone = true
    this.#res.off('close', this.#closed)
    const current = this.#res as unknown as Writers
    // Somebody else may stand in front of ours by now.
    if (current.writeHead === this.#installed.writeHead) current.writeHead = this.#original.writeHead
    if (current.write === this.#installed.write) current.write = this.#original.write
    if (current.end === this.#installed.end) current.end = this.#original.end
  }

  readonly #closed = (): void => {
    if (this.#departure?.recording !== false) this.#recorder.abort()
  }

  #writeHead(args: unknown[]): ServerResponse {
    const { writeHead } = this.#original
    if (this.#isUndone || this.#departure !== undefined) return writeHead.apply(this.#res, args)
    const [status, reason] = args as [number, unknown]
    const hasReason = typeof reason === 'string'
    for (const [name, value] of linesOfHead(args[hasReason ? 2 : 1])) this.#res.setHeader(name, value)
    const departure = this.#begin(status, undefined)
    const head = hasReason && departure.status === status ? [status, reason] : [departure.status]
    return writeHead.apply(this.#res, head)
  }

  #write(args: unknown[]): boolean {
    const { write } = this.#original
    if (this.#isUndone || this.#isEnding) return write.apply(this.#res, args)
    const departure = this.#departure ?? this.#begin(this.#res.statusCode, undefined)
    const leaving = this.#pass(departure, bytesOf(args[0] as Chunk, args[1]))
    const done = args.filter((arg) => typeof arg === 'function')
    if (leaving.byteLength > 0) return write.apply(this.#res, [leaving, ...done])
    for (const callback of done) process.nextTick(callback)
    return true
  }

  #end(args: unknown[]): ServerResponse {
    const res = this.#res
    const { end } = this.#original
    if (this.#isUndone || this.#isEnding || res.writableEnded) return end.apply(res, args)
    const [chunk] = args
    const given = typeof chunk === 'string' || chunk instanceof Uint8Array ? bytesOf(chunk, args[1]) : noBytes
    const departure = this.#departure ?? this.#begin(res.statusCode, given)
    const passed = this.#pass(departure, given)
    if (departure.recording) this.#recorder.end(res.hasHeader('trailer'))
    const leaving = departure.body ?? passed
    this.#isEnding = true
    res.off('close', this.#closed)
    const done = args.filter((arg) => typeof arg === 'function')
    return end.apply(res, leaving.byteLength > 0 ? [leaving, ...done] : done)
  }

  #begin(status: number, wholeBody: Uint8Array | undefined): Departure {
    const res = this.#res
    const departure = this.#recorder.start(
      status,
      fieldsOf(res.getHeaders()),
      this.#isHead ? undefined : wholeBody,
    )
    this.#departure = departure
    for (const name of departure.remove) res.removeHeader(name)
    for (const [name, value] of departure.set) res.setHeader(name, value)
    res.statusCode = departure.status
    return departure
  }

  /** Shows the recorder `bytes`; returns the part of them that leaves. */
  #pass({ body, window, recording }: Departure, bytes: Uint8Array): Uint8Array {
    if (recording && bytes.byteLength > 0 && !this.#isHead) this.#recorder.write(bytes)
    const from = this.#position
    this.#position += bytes.byteLength
    if (body !== undefined) return noBytes
    if (window === undefined) return bytes
    return bytes.subarray(Math.max(0, window.from - from), Math.max(0, window.to - from))
  }

  get #isHead(): boolean {
    return this.#res.req.method === 'HEAD'
  }
}

const noBytes = new Uint8Array()

function bytesOf(chunk: Chunk, encoding: unknown): Uint8Array {
  if (typeof chunk !== 'string') return chunk
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}
