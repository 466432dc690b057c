/** The words of HTTP that every floor shares: fields, a response to send, and the recorder of a response on its way. */

/** One field's value; several lines of one name (`Set-Cookie`) are a list. */
export type FieldValue = string | readonly string[]

/** Response fields by lower-case name. */
export type HeaderFields = Readonly<Record<string, FieldValue>>

/** One field as it is written: name in lower case, value ready for the wire. */
export type FieldLine = readonly [name: string, value: FieldValue]

/** Request fields by lower-case name, in the shape of `node:http`'s `IncomingHttpHeaders`; live and writable. */
export type RequestFields = Record<string, string | string[] | undefined>

/** A whole response that the core made itself: a denial, a 504. */
export interface HttpResponse {
  readonly status: number
  readonly fields: readonly FieldLine[]
  /** Absent for a response without content (HEAD, 304). A `content-length` line is always among `fields` where one belongs. */
  readonly body: Uint8Array | undefined
}

/** A stored response about to be reused. Nothing in it is to be changed: `fields` and `body` are the stored ones themselves. */
export interface ReusedResponse extends HttpResponse {
  /** The `Age` field in whole seconds (RFC 9111 §5.1); absent where the response carries none. */
  readonly age: string | undefined
  /** The whole `Cache-Status` value to set (RFC 9211), what stood there before included; absent when switched off. */
  readonly cacheStatus: string | undefined
}

/** What leaves for the client in place of what the handler produced. */
export interface Departure {
  /** The status to send; mostly the handler's own, but 304, 206 or 416 when the client asked for that. */
  readonly status: number
  /** Fields to set, each replacing all lines of its name. */
  readonly set: readonly FieldLine[]
  /** Lower-case names of fields to take away. */
  readonly remove: readonly string[]
  /** The bytes of the body that leave, `from` inclusive, `to` exclusive; absent means all. An empty window sends no body. */
  readonly window: ByteWindow | undefined
  /** Something else leaves in place of the handler's content: the stored body after a 304 from the handler. */
  readonly body: Uint8Array | undefined
  /** Whether the recorder wants `write` and `end` or `abort`; when false it hears no more. */
  readonly recording: boolean
}

/** A half-open interval of byte positions. */
export interface ByteWindow {
  readonly from: number
  readonly to: number
}

/**
 * Watches one response on its way to the client. Unless `start` returned `recording: false`, exactly one of `end` and
 * `abort` is called, even when the route died before its first byte: whoever waits for this response must be let go.
 * Calls after that are ignored. No method throws.
 */
export interface ResponseRecorder {
  /**
   * Called at most once, before the first byte leaves, with the final status and *all* response fields as they stand
   * (those that outer middleware set included: the recorder knows them from its own snapshot).
   * `wholeBody` is given when the adapter holds the complete content already: recording may then answer from it.
   */
  start(status: number, fields: HeaderFields, wholeBody?: Uint8Array): Departure
  /** Bytes of content as the handler produced them, before any `window` was applied. The recorder copies what it keeps. */
  write(chunk: Uint8Array): void
  /** The handler finished normally. `trailers` tells that trailer fields follow, and then the response is not stored. */
  end(trailers?: boolean): void
  /** The response was cut off: the client left, the handler failed mid-body, the connection broke. */
  abort(): void
}

/** What the response cache decided for one request. */
export type CacheOutcome =
  | { readonly type: 'respond'; readonly response: ReusedResponse }
  | { readonly type: 'continue'; readonly recorder: ResponseRecorder }
