import { describe, expect, it } from 'vitest'
import type { FakeReply } from './fake-app.ts'
import { heldApp as held, settled } from './held-app.ts'

describe('concurrent misses', () => {
  it('run the handler once', async () => {
    const { app, answer, running } = held()
    const answers = Array.from({ length: 50 }, () => app.get())
    await settled()
    expect(running()).toBe(1)
    await answer()
    const all = await Promise.all(answers)
    expect(all.every(({ body }) => body === 'shared')).toBe(true)
    expect(
      all.filter(({ fields }) => fields['cache-status'] === 'forebay; fwd=uri-miss; collapsed'),
    ).toHaveLength(49)
    expect(app.cache.stats()).toMatchObject({ misses: 50, collapsed: 49, stored: 1 })
  })

  it('run it each for itself where that is asked for', async () => {
    const { app, answer, running } = held({ coalesce: false })
    const answers = [app.get(), app.get()]
    await settled()
    expect(running()).toBe(2)
    await answer()
    await answer()
    await Promise.all(answers)
  })

  it.each<[string, FakeReply | Error]>([
    ['was cut off', { chunks: ['a'], cut: true }],
    ['threw', new Error('a bug')],
  ])('when the leader’s handler %s, the next one leads', async (_what, failure) => {
    const { app, answer, running } = held()
    const [leader, ...others] = [app.get(), app.get(), app.get()]
    leader?.catch(() => undefined)
    await settled()
    await answer(failure)
    expect(running()).toBe(1)
    await answer()
    expect((await Promise.all(others)).map(({ body }) => body)).toEqual(['shared', 'shared'])
    expect(app.runs).toBe(2)
  })

  it('that turn out not to be shareable run all at once, and do not queue for a while', async () => {
    const { app, answer, running } = held()
    const answers = [app.get(), app.get(), app.get()]
    await settled()
    await answer({ fields: { 'cache-control': 'private' }, body: 'a' })
    expect(running()).toBe(2)
    await answer({ fields: { 'cache-control': 'private' }, body: 'b' })
    await answer({ fields: { 'cache-control': 'private' }, body: 'c' })
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['a', 'b', 'c'])
    app.clock.advance(119_000)
    const later = [app.get(), app.get()]
    await settled()
    expect(running()).toBe(2)
    await answer()
    await answer()
    await Promise.all(later)
    await app.cache.clear()
    const shared = [app.get(), app.get()]
    await settled()
    expect(running()).toBe(1)
    await answer()
    await Promise.all(shared)
  })

  it('that cannot be shared let the handler see what each client asks for', async () => {
    const { app, answer } = held()
    const whole = app.get()
    await settled()
    await answer({ fields: { 'cache-control': 'no-store' }, body: 'too large to make in full' })
    await whole
    const part = app.get('/', { range: 'bytes=0-2' })
    await settled()
    expect(app.seen.at(-1)?.headers).toEqual({ range: 'bytes=0-2' })
    await answer({ status: 206, fields: { 'content-range': 'bytes 0-2/25' }, body: 'too' })
    expect(await part).toMatchObject({ status: 206, body: 'too' })
  })

  it('that vary each get their own', async () => {
    const { app, answer, running } = held()
    const fr = app.get('/', { 'accept-language': 'fr' })
    const de = app.get('/', { 'accept-language': 'de' })
    await settled()
    expect(running()).toBe(1)
    await answer({ fields: { vary: 'accept-language' }, body: 'bonjour' })
    expect(running()).toBe(1)
    await answer({ fields: { vary: 'accept-language' }, body: 'guten Tag' })
    expect([(await fr).body, (await de).body]).toEqual(['bonjour', 'guten Tag'])
  })

  it('let go of a client that leaves', async () => {
    const { app, answer } = held()
    const leader = app.get()
    const exchange = app.exchange({})
    const outcome = app.handle(exchange)
    await settled()
    exchange.leave()
    expect(await outcome).toMatchObject({ type: 'respond', response: { status: 499 } })
    await answer()
    expect((await leader).body).toBe('shared')
  })

  it('do not wait for a HEAD', async () => {
    const { app, answer, running } = held()
    const head = app.send({ method: 'HEAD' })
    const get = app.get()
    await settled()
    expect(running()).toBe(2)
    await answer()
    await answer()
    await Promise.all([head, get])
  })
})
