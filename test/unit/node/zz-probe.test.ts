import { request } from 'node:http'
import { createReadStream } from 'node:fs'
import { it } from 'vitest'
import compression from 'compression'
import { responseCache } from '@forebay/express'
import { expressVersions } from '../../harness/express.ts'
import { listen } from '../../harness/koa-server.ts'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import net from 'node:net'

const file = fileURLToPath(import.meta.url)
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const s = net.connect(port, '127.0.0.1', () => s.write(text))
    let out = ''
    s.on('data', (d) => (out += d.toString('latin1')))
    s.on('close', () => resolve(out))
    s.on('error', () => resolve(out + '!err'))
    setTimeout(() => s.destroy(), 1500).unref()
  })
}
const get = (extra = '', method = 'GET', path = '/') =>
  `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${extra}\r\n`
const answers: Record<string, [(res: any, req: any) => unknown, string?]> = {
  trailers: [
    (res) => {
      res.setHeader('Trailer', 'x-t')
      res.write('a')
      res.addTrailers({ 'x-t': '1' })
      res.end('b')
    },
  ],
  trailersEnd: [
    (res) => {
      res.setHeader('Trailer', 'x-t')
      res.addTrailers({ 'x-t': '1' })
      res.end('b')
    },
  ],
  own304: [
    (res) => {
      res.status(304).end()
    },
  ],
  own304len: [
    (res) => {
      res.status(304).set('Content-Length', '5').end()
    },
  ],
  reason: [
    (res) => {
      res.statusMessage = 'Fine'
      res.send('x')
    },
  ],
  reasonHead: [
    (res) => {
      res.writeHead(200, 'Fine', { 'x-a': '1' })
      res.end('x')
    },
  ],
  pairs: [
    (res) => {
      res.writeHead(200, [
        ['X-A', '1'],
        ['X-A', '2'],
        ['Content-Type', 'text/plain'],
      ])
      res.end('x')
    },
  ],
  flatrep: [
    (res) => {
      res.writeHead(200, ['X-A', '1', 'X-A', '2', 'Content-Type', 'text/plain'])
      res.end('x')
    },
  ],
  statusonly: [
    (res) => {
      res.statusMessage = 'Odd'
      res.writeHead(203)
      res.end('x')
    },
  ],
  hints: [
    (res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.send('x')
    },
  ],
  processing: [
    (res) => {
      res.writeProcessing()
      res.send('x')
    },
  ],
  gzip: [
    (res) => {
      const z = zlib.gzipSync('hello')
      res.set('Content-Encoding', 'gzip').type('text').send(z)
    },
  ],
  gzipstream: [
    (res) => {
      res.set('Content-Encoding', 'gzip')
      createReadStream(file).pipe(zlib.createGzip()).pipe(res)
    },
  ],
  sendFile: [(res) => res.sendFile(file)],
  sendFileRange: [(res) => res.sendFile(file), 'Range: bytes=2-5\r\n'],
  sendFileIms: [(res) => res.sendFile(file), 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n'],
  sendEtag: [(res) => res.send('hello'), 'If-None-Match: *\r\n'],
  cork: [
    (res) => {
      res.cork()
      res.write('a')
      res.write('b')
      res.uncork()
      res.end()
    },
  ],
  endEndTwice: [
    (res) => {
      res.end('a')
      res.end('b')
    },
  ],
  writeAfterEnd: [
    (res) => {
      res.on('error', () => {})
      res.end('a')
      res.write('b')
    },
  ],
  emptyWrite: [
    (res) => {
      res.write('')
      res.end()
    },
  ],
  emptyWrite2: [
    (res) => {
      res.write('', () => res.end('x'))
    },
  ],
  explicit0: [
    (res) => {
      res.set('Content-Length', '0').end()
    },
  ],
  s205: [
    (res) => {
      res.status(205).send('x')
    },
  ],
  s100hdr: [
    (res) => {
      res.set('Connection', 'keep-alive').send('x')
    },
  ],
  removeDate: [
    (res) => {
      res.sendDate = false
      res.send('x')
    },
  ],
  headersArr: [
    (res) => {
      res.setHeaders(new Headers({ 'x-a': '1' }))
      res.send('x')
    },
  ],
  appendHeader: [
    (res) => {
      res.appendHeader('x-a', '1')
      res.appendHeader('x-a', '2')
      res.send('x')
    },
  ],
  removeTE: [
    (res) => {
      res.removeHeader('transfer-encoding')
      res.write('x')
      res.end()
    },
  ],
  chunkedOff: [
    (res) => {
      res.useChunkedEncodingByDefault = false
      res.write('x')
      res.end()
    },
  ],
  longTooMuch: [
    (res) => {
      res.set('Content-Length', '2')
      res.end('abcdef')
    },
  ],
  strict: [
    (res) => {
      res.strictContentLength = true
      res.set('Content-Length', '2')
      res.on('error', () => {})
      res.write('abcdef')
      res.end()
    },
  ],
  bad: [
    (res) => {
      res.write(5 as any)
    },
  ],
  nullw: [
    (res) => {
      res.write(null as any)
    },
  ],
  uint16: [
    (res) => {
      res.write(new Uint16Array([1]) as any)
      res.end()
    },
  ],
  dataview: [
    (res) => {
      res.end(new DataView(new ArrayBuffer(4)) as any)
    },
  ],
  endUndefined: [
    (res) => {
      res.end(undefined, undefined as any, () => {})
    },
  ],
  endEnc: [
    (res) => {
      res.end('abc', undefined as any, () => {})
    },
  ],
  latin1: [
    (res) => {
      res.end('é', 'latin1')
    },
  ],
  writeHeadTwice: [
    (res) => {
      res.writeHead(200)
      try {
        res.writeHead(200)
      } catch (e: any) {
        res.write(e.code)
      }
      res.end()
    },
  ],
  setAfter: [
    (res) => {
      res.write('a')
      try {
        res.setHeader('x', '1')
      } catch (e: any) {
        res.write(e.code)
      }
      res.end()
    },
  ],
  badStatus: [
    (res) => {
      try {
        res.writeHead(42)
      } catch (e: any) {
        res.end(e.code)
      }
    },
  ],
  badField: [
    (res) => {
      try {
        res.writeHead(200, { 'bad name': '1' })
      } catch (e: any) {
        res.end(e.code)
      }
    },
  ],
  badValue: [
    (res) => {
      try {
        res.writeHead(200, { 'x-a': 'a\nb' })
      } catch (e: any) {
        res.end(e.code)
      }
    },
  ],
  oddFlat: [
    (res) => {
      try {
        res.writeHead(200, ['a'])
      } catch (e: any) {
        res.end(e.code)
      }
    },
  ],
  whUndefined: [
    (res) => {
      try {
        res.writeHead(200, { 'x-a': undefined } as any)
        res.end('x')
      } catch (e: any) {
        res.end(e.code)
      }
    },
  ],
  strStatus: [
    (res) => {
      res.writeHead('200')
      res.end('x')
    },
  ],
  headersSentRet: [
    (res) => {
      res.write('x')
      res.end(String(res.headersSent))
    },
  ],
  ret: [
    (res) => {
      const a = res.write('x')
      res.end(String(a) + String(res.writableLength > 0))
    },
  ],
  retEnd: [
    (res) => {
      const r = res.end('x')
      if (r !== res) console.log('BAD ret')
    },
  ],
  whRet: [
    (res) => {
      res.writeHead(200).end('x')
    },
  ],
  big: [
    (res) => {
      res.send('x'.repeat(70000))
    },
  ],
  assignHead: [
    (res) => {
      res.json({ u: '\u2028é' })
    },
  ],
  host10: [
    (res) => {
      res.write('a')
      res.end('b')
    },
  ],
}
for (const [name, make] of expressVersions) {
  for (const mode of ['plain', 'comp-in', 'comp-out'])
    it(`${name} ${mode}`, { timeout: 60000 }, async () => {
      const norm = (s: string) =>
        s
          .replace(/\r\nDate: [^\r]*/gi, '')
          .replace(/\r\ncache-status: [^\r]*/gi, '')
          .replace(/\r\nage: [^\r]*/gi, '')
      const sorted = (s: string) => {
        const [h = '', ...b] = norm(s).split('\r\n\r\n')
        const l = h.split('\r\n')
        return (
          [
            l[0],
            ...l
              .slice(1)
              .map((x) => x.replace(/^[^:]*/, (n) => n.toLowerCase()))
              .sort(),
          ].join('\n') +
          '\n\n' +
          b.join('\r\n\r\n')
        )
      }
      await Promise.all(
        Object.entries(answers).map(async ([how, [answer, extra]]) => {
          const h = (req: any, res: any, next: any) => {
            res.setHeader('Cache-Control', 'max-age=60')
            Promise.resolve()
              .then(() => answer(res, req))
              .catch(next)
          }
          const build = (c: boolean) => {
            const app = make().set('env', 'test')
            if (mode === 'comp-out') app.use(compression({ threshold: 0 }))
            if (c)
              app.use(
                responseCache({
                  logger: {
                    warn() {},
                    error(...a: any[]) {
                      console.log('LOG', how, ...a)
                    },
                  } as any,
                }),
              )
            if (mode === 'comp-in') app.use(compression({ threshold: 0 }))
            return app.all('/', h)
          }
          await using bare = await listen(build(false))
          await using cached = await listen(build(true))
          const ae = mode === 'plain' ? '' : 'Accept-Encoding: gzip\r\n'
          for (const method of ['GET', 'HEAD']) {
            const b = await raw(bare.port, get((extra ?? '') + ae, method)),
              m = await raw(cached.port, get((extra ?? '') + ae, method)),
              hit = await raw(cached.port, get((extra ?? '') + ae, method))
            const cs = (s: string) => /cache-status: ([^\r]*)/i.exec(s)?.[1]
            const out: string[] = []
            if (sorted(b) !== sorted(m))
              out.push(`--- MISS differs\n${sorted(b).slice(0, 900)}\n=====\n${sorted(m).slice(0, 900)}`)
            if (sorted(b) !== sorted(hit))
              out.push(
                `--- HIT differs (${cs(hit)})\n${sorted(b).slice(0, 700)}\n=====\n${sorted(hit).slice(0, 700)}`,
              )
            if (out.length || !cs(hit)?.includes('hit'))
              console.log(`##### ${name} ${mode} ${how} ${method} [${cs(m)}] [${cs(hit)}]\n` + out.join('\n'))
          }
        }),
      )
    })
}
