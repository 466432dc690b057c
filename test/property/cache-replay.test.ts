/** Whatever is replayed equals what was recorded, and nothing that was purged or is somebody else's is replayed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeReply } from '../unit/response-cache-engine/fake-app.ts'

const name = fc.constantFrom(
  'x-a',
  'x-b',
  'etag',
  'link',
  'content-type',
  'content-language',
  'last-modified',
)
const value = fc.string({
  unit: fc.constantFrom('a', 'B', '1', ' ', ',', '"', ';', 'é'),
  minLength: 1,
  maxLength: 12,
})

const reply: fc.Arbitrary<FakeReply> = fc.record({
  status: fc.constantFrom(200, 203, 301, 404, 410, 500, 599),
  fields: fc.dictionary(name, value, { maxKeys: 4 }),
  chunks: fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 6 }),
  cut: fc.boolean(),
  whole: fc.boolean(),
})

describe('a replayed response', () => {
  it('equals the recorded one; a cut-off one is never replayed', async () => {
    await fc.assert(
      fc.asyncProperty(reply, fc.boolean(), async (produced, statesLength) => {
        const body = Buffer.concat((produced.chunks ?? []).map((text) => Buffer.from(text)))
        const fields = {
          ...produced.fields,
          'cache-control': 'max-age=60',
          ...(statesLength ? { 'content-length': String(body.byteLength) } : {}),
        }
        const app = fakeApp(() => ({ ...produced, fields }))
        const first = await app.get()
        const second = await app.get()
        // What was cut off after its last announced byte was whole; what an adapter gives whole, it also ends.
        const isWhole =
          produced.cut !== true || (statesLength && body.byteLength > 0 && produced.whole !== true)
        if (app.runs === 2) expect(isWhole).toBe(false)
        else {
          const { age, 'cache-status': status, ...replayed } = second.fields
          expect([age, String(status).startsWith('forebay; hit')]).toEqual(['0', true])
          const { 'cache-status': _missed, ...recorded } = first.fields
          expect(replayed).toEqual({ ...recorded, 'content-length': String(body.byteLength) })
          expect([second.status, second.body]).toEqual([first.status, first.body])
        }
      }),
      { numRuns: 300 },
    )
  })
})

type Action =
  | { readonly type: 'ask'; readonly url: string; readonly user: string | undefined }
  | { readonly type: 'purge'; readonly by: 'tag' | 'url' | 'prefix' | 'all'; readonly url: string }
  | { readonly type: 'change'; readonly url: string }
  | { readonly type: 'wait'; readonly ms: number }

const url = fc.constantFrom('/a', '/a/b', '/c')
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('ask'), url, user: fc.constantFrom(undefined, 'alice', 'bob') }),
  },
  fc.record({ type: fc.constant('purge'), by: fc.constantFrom('tag', 'url', 'prefix', 'all'), url }),
  fc.record({ type: fc.constant('change'), url }),
  fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 0, max: 40_000 }) }),
)

describe('a sequence of requests, changes and purges', () => {
  it('never serves what was purged, what is too old, or another’s', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const versions = new Map<string, number>()
        const app = fakeApp(
          ({ url: asked, headers }) => ({
            body: JSON.stringify([
              asked,
              headers['x-user'] ?? null,
              versions.get(asked) ?? 0,
              app.clock.now(),
            ]),
          }),
          {
            ttl: '30s',
            tags: ({ url: asked }) => [asked],
            partition: ({ headers }) => headers['x-user'] as string | undefined,
          },
        )
        /** From when on a response to the URL may be served. */
        const purgedAt = new Map<string, number>()
        let sequence = 0
        for (const one of actions) {
          sequence++
          if (one.type === 'wait') app.clock.advance(one.ms)
          else if (one.type === 'change') versions.set(one.url, sequence)
          else if (one.type === 'purge') {
            const gone = ['/a', '/a/b', '/c'].filter((each) =>
              one.by === 'all' ? true : one.by === 'prefix' ? each.startsWith(one.url) : each === one.url,
            )
            if (one.by === 'tag') await app.cache.invalidateTags(one.url)
            else if (one.by === 'url') await app.cache.invalidateUrl(one.url)
            else if (one.by === 'prefix') await app.cache.invalidatePrefix(one.url)
            else await app.cache.clear()
            for (const each of gone) purgedAt.set(each, versions.get(each) ?? 0)
          } else {
            const { body } = await app.get(one.url, one.user === undefined ? {} : { 'x-user': one.user })
            const [asked, user, version, madeAt] = JSON.parse(body) as [string, string | null, number, number]
            expect([asked, user]).toEqual([one.url, one.user ?? null])
            expect(version).toBeGreaterThanOrEqual(purgedAt.get(one.url) ?? 0)
            expect(app.clock.now() - madeAt).toBeLessThan(30_000)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
