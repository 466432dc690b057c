/** A request that is run through an app again, without a client. */
import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, vi } from 'vitest'
import { redispatch, refreshTokenOf, type Redispatch } from '../../../packages/core/src/node/redispatch.ts'

function call(changes: Partial<Redispatch> = {}): Redispatch {
  const request = new IncomingMessage(new Socket())
  request.headers = { host: 'shop.test', 'if-none-match': '"1"', accept: 'text/html' }
  return {
    request,
    method: 'GET',
    target: '/a?b=1',
    address: '192.0.2.1',
    fields: { 'if-none-match': undefined },
    token: {},
    signal: new AbortController().signal,
    ...changes,
  }
}

const answering = (request: IncomingMessage, response: ServerResponse): void => {
  response.end(request.url)
}

describe('redispatch', () => {
  it('runs nothing before whoever asked for it has gone on', async () => {
    const order: string[] = []
    const over = redispatch(call(), (request, response) => {
      order.push('handler')
      answering(request, response)
    })
    order.push('answer')
    await over
    expect(order).toEqual(['answer', 'handler'])
  })

  it('shows the app the same request, changed and marked', async () => {
    let seen: IncomingMessage | undefined
    const given = call()
    await redispatch(given, (request, response) => {
      seen = request
      answering(request, response)
    })
    expect(seen).toMatchObject({
      method: 'GET',
      url: '/a?b=1',
      headers: { host: 'shop.test', accept: 'text/html' },
    })
    expect(seen?.headers).not.toHaveProperty('if-none-match')
    expect(seen?.socket.remoteAddress).toBe('192.0.2.1')
    expect(seen && refreshTokenOf(seen)).toBe(given.token)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
  ])('is over when the app %s', async (_how, dispatch) => {
    await expect(redispatch(call(), dispatch)).resolves.toBeUndefined()
  })

  it('is over when the handler’s stream fails, in nobody’s hearing', async () => {
    const source = new Readable({ read: () => source.destroy(new Error('the source failed')) })
    let failure: unknown
    await redispatch(call(), (_request, response) => {
      response.write('half')
      pipeline(source, response).catch((error: unknown) => (failure = error))
    })
    // An error event without a listener would end the process, and this test.
    await vi.waitFor(() => expect(failure).toMatchObject({ message: 'the source failed' }), {
      timeout: 20_000,
    })
  })

  it('is over when it is given up, and does not begin when it was before', async () => {
    const deadline = new AbortController()
    const over = redispatch(call({ signal: deadline.signal }), () => deadline.abort())
    await over
    let runs = 0
    await redispatch(call({ signal: deadline.signal }), () => runs++)
    const late = new AbortController()
    const given = redispatch(call({ signal: late.signal }), () => runs++)
    late.abort()
    await given
    await new Promise((resolve) => setImmediate(resolve))
    expect(runs).toBe(0)
  })
})
