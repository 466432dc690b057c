/** Which fields of a response are its handler's, where hooks of other plugins add theirs before the cache sees it. */
import type { FastifyReply } from 'fastify'
import { fieldsOfResponse, type FieldValue, type HeaderFields } from '@forebay/core'
import { heldCookies, linesOfCookies } from './held-cookies.ts'

/** What a hook says of the content and its caching counts, whoever said it: it says it of a hit, too, but knows more now. */
const ofTheContent: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'cache-groups',
  'cache-status',
  'cache-tag',
  'connection',
  'date',
  'etag',
  'expires',
  'last-modified',
  'surrogate-key',
  'trailer',
  'transfer-encoding',
  'vary',
])

function isOfTheContent(name: string): boolean {
  return ofTheContent.has(name) || name.startsWith('content-') || name.endsWith('cache-control')
}

/** To be made before the handler runs. Looks at the reply once more at the moment when the handler sends it. */
export class HandlersPart {
  readonly #reply: FastifyReply
  readonly #heldBefore: ReadonlySet<object>
  #isAnswered = false
  #sent: HeaderFields | undefined
  #cookies: readonly string[] | undefined = []

  constructor(reply: FastifyReply) {
    this.#reply = reply
    this.#heldBefore = new Set(heldCookies(reply))
    const send = reply.send.bind(reply)
    reply.send = (payload) => {
      this.#sends(payload)
      return send(payload)
    }
  }

  /** Hooks have made the payload ready for being serialized. They do not run on a hit: what they said is the handler's. */
  prepared(): void {
    if (this.isKnown) this.#look()
  }

  /** Whether what the handler said can be told. Where not, nothing of the response is to be stored. */
  get isKnown(): boolean {
    return this.#cookies !== undefined
  }

  /** All fields as they stand now, those that hooks gave the reply since it was sent as they were before. */
  fields(): Record<string, FieldValue> {
    const fields = fieldsOfResponse(this.#reply) as Record<string, FieldValue>
    const sent = this.#sent
    if (sent === undefined) return fields
    for (const name of Object.keys(fields)) {
      const before = sent[name]
      if (fields[name] === before || isOfTheContent(name)) continue
      if (before === undefined) delete fields[name]
      else fields[name] = before
    }
    const held = this.#cookies ?? []
    if (held.length > 0) fields['set-cookie'] = [fields['set-cookie'] ?? [], held].flat()
    return fields
  }

  /** Those that hooks have set beside the handler's. */
  cookiesOfHooks(): string[] {
    const own = new Set([this.fields()['set-cookie'] ?? []].flat())
    const all = [fieldsOfResponse(this.#reply)['set-cookie'] ?? []].flat()
    return all.filter((line) => !own.has(line))
  }

  /** Of what was sent it is only now known that it brings these. */
  includes(headers: Headers): void {
    if (this.#sent === undefined) return
    const now = fieldsOfResponse(this.#reply)
    const added: Record<string, FieldValue> = {}
    for (const name of headers.keys()) {
      const value = now[name]
      if (value !== undefined) added[name] = value
    }
    // By now cookies of hooks may stand beside them.
    const cookies = headers.getSetCookie()
    if (cookies.length > 0) added['set-cookie'] = [this.#sent['set-cookie'] ?? [], cookies].flat()
    this.#sent = { ...this.#sent, ...added }
  }

  #sends(payload: unknown): void {
    if (!this.#isAnswered) {
      // After an error, it is the error's handler that answers.
      this.#isAnswered = !(payload instanceof Error)
      this.#look()
    } else if (payload !== undefined) {
      // A second answer, and hooks may be at work on the first: nobody can tell what is whose. Without a payload it is Fastify
      // that sends for an async handler which does not return what it has sent.
      this.#cookies = undefined
    }
  }

  #look(): void {
    this.#sent = fieldsOfResponse(this.#reply)
    this.#cookies = linesOfCookies(
      this.#reply,
      heldCookies(this.#reply).filter((cookie) => !this.#heldBefore.has(cookie)),
    )
  }
}
