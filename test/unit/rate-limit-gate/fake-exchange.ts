/** An exchange without a framework: option functions are called with the exchange itself. */
import type { Exchange, FieldValue, UserFunction } from '@forebay/core'

export interface FakeExchange extends Exchange {
  /** Response fields as they stand, in lower case. */
  readonly sent: Record<string, FieldValue>
  /** One response field as one text. */
  text(name: string): string
  /** The client leaves. */
  abort(): void
  /** How many listen for that. */
  listeners(): number
}

export type FakeArguments = [exchange: FakeExchange]

export function fakeExchange(given: Partial<Exchange> = {}): FakeExchange {
  const sent: Record<string, FieldValue> = Object.create(null) as Record<string, FieldValue>
  const listeners = new Set<() => void>()
  const exchange: FakeExchange = {
    method: 'GET',
    target: '/',
    scheme: 'http',
    host: 'localhost',
    address: '192.0.2.1',
    trustsEveryone: false,
    requestFields: {},
    route: undefined,
    answeringRoute: undefined,
    isUnanswered: false,
    mount: '/',
    refresh: undefined,
    invoke: <R>(fn: UserFunction<R>, extra?: unknown): R => fn(exchange, extra),
    responseField: (name) => sent[name],
    setResponseField: (name, value) => {
      sent[name] = value
    },
    responseFields: () => ({ ...sent }),
    onAbort: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    redispatch: () => undefined,
    ...given,
    sent,
    text: (name) => [sent[name] ?? []].flat().join(', '),
    abort: () => {
      for (const listener of listeners) listener()
      listeners.clear()
    },
    listeners: () => listeners.size,
  }
  return exchange
}
