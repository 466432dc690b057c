/** How a denied request is answered. */
import { describe, expect, test } from 'vitest'
import { fakeExchange } from './fake-exchange.ts'
import { bodyOf, denied, fieldOf, gateHarness, type GateOptions } from './gate-harness.ts'

const none = { limit: 0, window: '1m' } as const
const one = { limit: 1, window: '90500ms', algorithm: 'fixed-window' } as const

describe('the prepared response', () => {
  test('is problem details that name the policies, and no cache may store it', () => {
    const { admit } = gateHarness({ ...none, name: 'api' })
    const admission = denied(admit())
    expect(JSON.parse(bodyOf(admission))).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Request cannot be satisfied as assigned quota has been exceeded',
      status: 429,
      detail: "Too many requests: the quota of policy 'api' is used up.",
      'violated-policies': ['api'],
    })
    expect(admission.response.fields).toEqual([
      ['content-type', 'application/problem+json'],
      ['content-length', `${admission.response.body?.byteLength}`],
      ['cache-control', 'no-store'],
    ])
  })

  test('is the same object again, and for HEAD the same without content', () => {
    const { admit } = gateHarness(none)
    const first = denied(admit()).response
    expect(denied(admit()).response).toBe(first)
    const head = denied(admit(fakeExchange({ method: 'HEAD' }))).response
    expect(head).toEqual({ ...first, body: undefined })
  })

  test('names only the policies that denied', () => {
    const { admit } = gateHarness({
      policies: [
        { name: 'open', limit: 9, window: '1m' },
        { name: 'shut', limit: 0, window: '1m' },
        { name: 'closed', limit: 0, window: '1m' },
      ],
    })
    expect(JSON.parse(bodyOf(admit()))['violated-policies']).toEqual(['shut', 'closed'])
  })

  test.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['text/plain, application/json', 'json'],
    ['text/*;q=0.5, application/*;q=0.6', 'json'],
    ['text/plain;q=0, */*;q=0', 'json'],
    ['text/plain;q=two', 'json'],
    ['text/plain', 'text'],
    ['TEXT/PLAIN', 'text'],
    ['text/plain, */*;q=0.1', 'text'],
    ['application/json;q=0.5, text/*', 'text'],
    ['application/json;q=0.1, application/problem+json;q=0.1, */*;q=0.5', 'text'],
    [',;,;=q,'.repeat(10_000), 'json'],
  ])('for Accept %.40s it is %s', (accept, kind) => {
    const { admit } = gateHarness(none)
    const admission = admit(fakeExchange({ requestFields: { accept } }))
    const isText = fieldOf(admission, 'content-type') === 'text/plain; charset=utf-8'
    expect(isText).toBe(kind === 'text')
  })

  test('Retry-After is in whole seconds, rounded up, at least 1', () => {
    const { admit, clock } = gateHarness(one)
    admit()
    const retryAfter = (): unknown => {
      const exchange = fakeExchange()
      denied(admit(exchange))
      return exchange.sent['retry-after']
    }
    expect(retryAfter()).toBe('91')
    clock.advance(90_400)
    expect(retryAfter()).toBe('1')
    clock.advance(100)
    expect(admit().type).toBe('pass')
  })

  test('a block is told apart from a used-up quota', () => {
    const { admit } = gateHarness({ ...one, block: '10m' })
    admit()
    admit()
    const blocked = fakeExchange()
    expect(denied(admit(blocked)).decision).toMatchObject({ reason: 'blocked' })
    expect(blocked.sent['retry-after']).toBe('600')
    expect(JSON.parse(bodyOf(admit()))).toMatchObject({
      status: 429,
      type: expect.stringMatching(/#abnormal-usage-detected$/),
    })
  })
})

describe('the app’s own answer', () => {
  test.each<[string, GateOptions['body'], string, string]>([
    ['text', 'slow down', 'text/plain; charset=utf-8', 'slow down'],
    ['an object', { error: 'slow' }, 'application/json; charset=utf-8', '{"error":"slow"}'],
    ['bytes', Buffer.from([104, 105]), 'application/octet-stream', 'hi'],
    [
      'a function',
      (exchange, decision) => ({ at: exchange.target, limit: decision.limit }),
      'application/json; charset=utf-8',
      '{"at":"/","limit":0}',
    ],
  ])('%s as body, with its own status', (_, body, type, content) => {
    const { admit } = gateHarness({ ...none, status: 420, body: body as string })
    const admission = denied(admit())
    expect(admission.response.status).toBe(420)
    expect(fieldOf(admission, 'content-type')).toBe(type)
    expect(fieldOf(admission, 'content-length')).toBe(`${content.length}`)
    expect(bodyOf(admission)).toBe(content)
  })

  test('an asynchronous body is waited for', async () => {
    const { admitLater } = gateHarness({ ...none, body: async () => 'later' })
    expect(bodyOf(await admitLater())).toBe('later')
  })

  test('body is for the quota: who is on the deny list reads why', () => {
    const { admit } = gateHarness({ ...none, body: 'slow down', deny: ['192.0.2.1'] })
    expect(JSON.parse(bodyOf(admit()))).toMatchObject({ title: 'Forbidden' })
  })

  test('onDenied answers, at once or later, with the decision as its last argument', async () => {
    const { admit } = gateHarness({
      ...none,
      onDenied: (exchange, decision) => [exchange.target, decision.reason],
    })
    const exchange = fakeExchange()
    expect(admit(exchange)).toMatchObject({
      type: 'answered',
      result: ['/', 'quota'],
      decision: { allowed: false },
    })
    const later = gateHarness({ ...none, onDenied: async () => 'later' })
    expect(await later.admitLater()).toMatchObject({ type: 'answered', result: 'later' })
  })

  test.each<[string, Partial<GateOptions>]>([
    [
      'onDenied throws',
      {
        onDenied: () => {
          throw new Error('bug')
        },
      },
    ],
    ['onDenied rejects', { onDenied: () => Promise.reject(new Error('bug')) }],
    [
      'body throws',
      {
        body: () => {
          throw new Error('bug')
        },
      },
    ],
    ['body rejects', { body: () => Promise.reject(new Error('bug')) }],
    ['body returns nothing', { body: () => undefined as unknown as string }],
    ['body returns what JSON cannot hold', { body: () => ({ n: 1n }) }],
  ])('%s: the prepared response answers, and an error event says so', async (name, options) => {
    const { admitLater, errors } = gateHarness({ ...none, ...options })
    expect(JSON.parse(bodyOf(await admitLater()))).toMatchObject({ status: 429 })
    expect(errors).toMatchObject([{ operation: name.split(' ')[0], name: 'default' }])
  })
})
