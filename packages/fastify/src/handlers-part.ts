/** Which fields of a response are its handler's, where hooks of other plugins add theirs before the cache sees it. */
import type { FastifyReply } from 'fastify'
import { fieldsOfResponse, type FieldValue, type HeaderFields } from '@forebay/core'
import { heldCookies, linesOfCookies } from './held-cookies.ts'

/** What a hook says of the content and its caching counts, whoever said it: it says it of a hit, too, but knows more now. */
const ofTheContent: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'cache-groups',
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
  #sent: HeaderFields | undefined
  #cookies: readonly string[] | undefined = []

  constructor(reply: FastifyReply) {
    this.#reply = reply
    this.#heldBefore = new Set(heldCookies(reply))
    const send = reply.send.bind(reply)
    reply.send = (payload) => {
      this.#look()
      return send(payload)
    }
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

  /** Of what was sent it is only now known that it brings these. */
  includes(names: Iterable<string>): void {
    if (this.#sent === undefined) return
    const now = fieldsOfResponse(this.#reply)
    const added: Record<string, FieldValue> = {}
    for (const name of names) {
      const value = now[name]
      if (value !== undefined) added[name] = value
    }
    this.#sent = { ...this.#sent, ...added }
  }

  #look(): void {
    this.#sent = fieldsOfResponse(this.#reply)
    this.#cookies = linesOfCookies(
      this.#reply,
      heldCookies(this.#reply).filter((cookie) => !this.#heldBefore.has(cookie)),
    )
  }
}
