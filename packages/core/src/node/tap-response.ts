/** Shows a recorder what a handler writes to a `node:http` response, and lets leave what the recorder says. */
import type { ServerResponse } from 'node:http'
import type { Undo } from '../ports/clock.ts'
import type { Departure, ResponseRecorder } from '../ports/http.ts'
import { onClose } from './close-listeners.ts'
import { linesOfHead } from './head-lines.ts'
import { fieldsOfResponse, setFields } from './response-fields.ts'

/** The methods that a head and bytes go through, whatever the forms of their arguments. */
interface Writers {
  writeHead: (this: ServerResponse, ...args: unknown[]) => ServerResponse
  write: (this: ServerResponse, ...args: unknown[]) => boolean
  end: (this: ServerResponse, ...args: unknown[]) => ServerResponse
  addTrailers: (this: ServerResponse, ...args: unknown[]) => void
}

/**
 * Taps a response whose head has not left, HTTP/1.1 or HTTP/2. Head and bytes are read at one layer: what stands between
 * the tap and the handler (compression, late fields) has been done to both, what stands outside to neither. Streams keep
 * streaming, with their backpressure. `undo` leaves the response as it was; it is to be called before anything has left.
 */
export function tapResponse(res: ServerResponse, recorder: ResponseRecorder): Undo {
  const tap = new ResponseTap(res, recorder)
  return () => tap.undo()
}

class ResponseTap {
  readonly #res: ServerResponse
  readonly #recorder: ResponseRecorder
  readonly #original: Writers
  readonly #installed: Writers
  readonly #unclose: Undo
  #departure: Departure | undefined
  /** The content, when `end` brings all of it at once. */
  #whole: Uint8Array | undefined
  #position = 0
  #hasTrailers = false
  /** From here on the response is none of the recorder's business: HTTP/2 hands what `end` is given to its own `write`. */
  #isOver = false

  constructor(res: ServerResponse, recorder: ResponseRecorder) {
    this.#res = res
    this.#recorder = recorder
    const { writeHead, write, end, addTrailers } = res as unknown as Writers
    this.#original = { writeHead, write, end, addTrailers }
    this.#installed = {
      writeHead: (...args: unknown[]) => this.#writeHead(args),
      write: (...args: unknown[]) => this.#write(args),
      end: (...args: unknown[]) => this.#end(args),
      addTrailers: (...args: unknown[]) => this.#addTrailers(args),
    }
    const tapped = res as unknown as Writers
    tapped.writeHead = this.#installed.writeHead
    tapped.write = this.#installed.write
    tapped.end = this.#installed.end
    tapped.addTrailers = this.#installed.addTrailers
    this.#unclose = onClose(res, this.#closed)
  }

  undo(): void {
    this.#leave()
    const current = this.#res as unknown as Writers
    const { writeHead, write, end, addTrailers } = this.#original
    const installed = this.#installed
    // Somebody else may stand in front of ours by now.
    if (current.writeHead === installed.writeHead) current.writeHead = writeHead
    if (current.write === installed.write) current.write = write
    if (current.end === installed.end) current.end = end
    if (current.addTrailers === installed.addTrailers) current.addTrailers = addTrailers
  }

  readonly #closed = (): void => {
    const isHeard = this.#departure?.recording !== false
    this.#leave()
    if (isHeard) this.#recorder.abort()
  }

  #writeHead(args: unknown[]): ServerResponse {
    const res = this.#res
    const { writeHead } = this.#original
    if (this.#isOver || this.#departure !== undefined || res.headersSent) return writeHead.apply(res, args)
    const [given, reason] = args
    // Express 4 lets texts pass as numbers, and so does Node.
    const status = Math.trunc(Number(given))
    // What is no status is an error, and that is Node's to tell, as long as nothing has been changed.
    if (!(status >= 100 && status <= 999)) return writeHead.apply(res, args)
    const hasReason = typeof reason === 'string'
    // As single fields, which every listener further out can read, and Node 20 loses no repeated one.
    setFields(res, linesOfHead(args[hasReason ? 2 : 1]))
    res.statusCode = status
    const departure = this.#begin(status)
    const isAsWritten = hasReason && departure.status === status
    return writeHead.apply(res, isAsWritten ? [status, reason] : [departure.status])
  }

  #write(args: unknown[]): boolean {
    const res = this.#res
    const { write } = this.#original
    if (this.#isOver) return write.apply(res, args)
    const bytes = bytesOf(args[0], args[1])
    // What is no chunk is an error, and that is Node's to tell.
    if (bytes === undefined) return write.apply(res, args)
    const departure = this.#headed(res.statusCode)
    if (departure === undefined) return write.apply(res, args)
    const leaving = this.#pass(departure, bytes)
    const done = callbacksOf(args)
    if (leaving.byteLength > 0) return write.apply(res, [leaving, ...done])
    for (const callback of done) process.nextTick(callback)
    return true
  }

  #end(args: unknown[]): ServerResponse {
    const res = this.#res
    const { end } = this.#original
    if (this.#isOver) return end.apply(res, args)
    const bytes = hasChunk(args) ? bytesOf(args[0], args[1]) : noBytes
    if (bytes === undefined) return end.apply(res, args)
    this.#whole = bytes
    const departure = this.#headed(res.statusCode)
    if (departure === undefined) return end.apply(res, args)
    const passed = this.#pass(departure, bytes)
    this.#leave()
    if (departure.recording) this.#recorder.end(this.#hasTrailers)
    const leaving = departure.body ?? passed
    const done = callbacksOf(args)
    return end.apply(res, leaving.byteLength > 0 && !this.#isHead ? [leaving, ...done] : done)
  }

  #addTrailers(args: unknown[]): void {
    this.#hasTrailers = true
    this.#original.addTrailers.apply(this.#res, args)
  }

  /**
   * Makes the head be written now, by way of everything that stands between the handler and this tap: only then is what
   * they add part of the head, and what leaves known before the first byte does. Undefined when no head could be written.
   */
  #headed(status: number): Departure | undefined {
    const res = this.#res
    if (this.#departure !== undefined) return this.#departure
    if (res.headersSent) return undefined
    if (this.#whole !== undefined) this.#stateLength(status, this.#whole.byteLength)
    res.writeHead(status)
    return this.#departure
  }

  /** What Node itself does for a response that is ended with all of its content, if the head is still to be written then. */
  #stateLength(status: number, bytes: number): void {
    const res = this.#res
    const { _removedContLen: isRemoved } = res as { readonly _removedContLen?: boolean }
    if (
      this.#isHttp2 ||
      isRemoved === true ||
      this.#isHead ||
      status < 200 ||
      status === 204 ||
      status === 304
    )
      return
    if (
      this.#hasTrailers ||
      ['content-length', 'transfer-encoding', 'trailer'].some((name) => res.hasHeader(name))
    )
      return
    res.setHeader('Content-Length', bytes)
  }

  #begin(status: number): Departure {
    const res = this.#res
    const departure = this.#recorder.start(
      status,
      fieldsOfResponse(res),
      this.#isHead ? undefined : this.#whole,
    )
    this.#departure = departure
    for (const name of departure.remove) res.removeHeader(name)
    setFields(res, departure.set)
    res.statusCode = departure.status
    // The reason belongs to the status that does not leave. HTTP/2 has none, and warns whoever asks.
    if (departure.status !== status && !this.#isHttp2) res.statusMessage = ''
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

  #leave(): void {
    this.#isOver = true
    this.#unclose()
  }

  get #isHttp2(): boolean {
    return (this.#res as { readonly stream?: unknown }).stream !== undefined
  }

  get #isHead(): boolean {
    return this.#res.req.method === 'HEAD'
  }
}

const noBytes = new Uint8Array()

function hasChunk([chunk]: readonly unknown[]): boolean {
  return chunk !== undefined && chunk !== null && typeof chunk !== 'function'
}

/** Undefined for what is no chunk. */
function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk !== 'string') return undefined
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}

function callbacksOf(args: readonly unknown[]): ((...args: unknown[]) => void)[] {
  return args.filter((arg) => typeof arg === 'function') as ((...args: unknown[]) => void)[]
}
