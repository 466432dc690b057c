/** A leader that keeps others waiting: gone, slow, or a refresh that never ends. */
import { describe, expect, it } from 'vitest'
import type { FakeExchange } from './fake-app.ts'
import { heldApp, settled, type HeldApp } from './held-app.ts'

async function lead({ app }: HeldApp): Promise<FakeExchange> {
  const exchange = app.exchange({})
  const outcome = await app.handle(exchange)
  app.finish(exchange, outcome).catch(() => undefined)
  await settled()
  return exchange
}

describe('a leader', () => {
  it('whose client leaves before anything was sent makes room for the next', async () => {
    const held = heldApp()
    const exchange = await lead(held)
    const follower = held.app.get()
    await settled()
    expect(held.running()).toBe(1)
    exchange.leave()
    await settled()
    expect(held.running()).toBe(2)
    await held.answer({ body: 'for nobody' })
    await held.answer({ body: 'for the next' })
    expect((await follower).body).toBe('for the next')
    expect((await held.app.get()).body).toBe('for the next')
  })

  it('whose client leaves before the handler is asked makes room, too', async () => {
    const held = heldApp()
    const exchange = held.app.exchange({})
    const outcome = await held.app.handle(exchange)
    expect(outcome.type).toBe('continue')
    exchange.leave()
    const next = held.app.get()
    await settled()
    await held.answer()
    expect((await next).body).toBe('shared')
  })

  it('that is let go of hears no more of its client', async () => {
    const held = heldApp()
    const exchange = await lead(held)
    await held.answer({ body: 'page' })
    exchange.leave()
    expect((await held.app.get()).body).toBe('page')
  })

  it('that reads its response slowly keeps others waiting no longer than the lease', async () => {
    const held = heldApp({ lease: '10s' })
    const { app } = held
    const exchange = app.exchange({})
    const outcome = await app.handle(exchange)
    if (outcome.type !== 'continue') throw new Error('a miss')
    outcome.recorder.start(200, {})
    outcome.recorder.write(Buffer.from('slow'))
    const followers = [app.get(), app.get()]
    app.clock.advance(9_999)
    await settled()
    expect(held.running()).toBe(0)
    app.clock.advance(1)
    await settled()
    expect(held.running()).toBe(2)
    await held.answer({ body: 'own' })
    await held.answer({ body: 'own' })
    expect((await Promise.all(followers)).map(({ body }) => body)).toEqual(['own', 'own'])
    outcome.recorder.end()
  })

  it('that takes long to begin is waited for', async () => {
    const held = heldApp({ lease: '1s' })
    const answers = [held.app.get(), held.app.get()]
    held.app.clock.advance(60_000)
    await settled()
    await held.answer()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['shared', 'shared'])
  })
})

describe('a background refresh', () => {
  it('that never ends is waited for until its deadline', async () => {
    const held = heldApp({ staleWhileRevalidate: '10s' })
    const { app } = held
    const first = app.get()
    await settled()
    await held.answer({ body: 'old' })
    await first
    app.clock.advance(61_000)
    expect((await app.get()).body).toBe('old')
    app.clock.advance(10_000)
    const late = app.get()
    await settled()
    expect(held.running()).toBe(1)
    app.clock.advance(20_000)
    await settled()
    expect(held.running()).toBe(2)
    await held.answer({ body: 'too late' })
    await held.answer({ body: 'new' })
    expect((await late).body).toBe('new')
  })

  it('waits for its turn where very many run', async () => {
    const held = heldApp({ staleWhileRevalidate: '10m' })
    const { app } = held
    const urls = Array.from({ length: 150 }, (_none, index) => `/${index}`)
    const first = urls.map((url) => app.get(url))
    await settled()
    for (const _url of urls) await held.answer()
    await Promise.all(first)
    app.clock.advance(61_000)
    for (const url of urls) expect((await app.get(url)).fields['cache-status']).toContain('; hit')
    await settled()
    expect(held.running()).toBe(100)
    await held.answer()
    await app.get('/149')
    await settled()
    expect(held.running()).toBe(100)
  })

  it.each<[string, (held: HeldApp) => Promise<void>]>([
    ['throws', (held) => held.answer(new Error('a bug'))],
    ['fails', (held) => held.answer({ status: 500 })],
    [
      'fails with a lifetime',
      (held) => held.answer({ status: 500, fields: { 'cache-control': 'max-age=99' } }),
    ],
    ['is cut off', (held) => held.answer({ body: 'half', cut: true })],
    ['is private', (held) => held.answer({ status: 403, fields: { 'cache-control': 'private' } })],
  ])('that %s is not repeated within a second, and takes nothing away', async (_what, end) => {
    const held = heldApp({ staleWhileRevalidate: '10m' })
    const { app } = held
    const first = app.get()
    await settled()
    await held.answer({ body: 'good' })
    await first
    app.clock.advance(61_000)
    for (const runs of [2, 3]) {
      for (let time = 0; time < 3; time++) {
        expect((await app.get()).body).toBe('good')
        await settled()
        expect(app.runs).toBe(runs)
        if (time === 0) await end(held)
      }
      app.clock.advance(1_000)
    }
  })
})
