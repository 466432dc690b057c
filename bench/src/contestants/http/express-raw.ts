/** Express, the handler sending prepared bytes: by the raw response, and by Express's own `send`. */
import express, { type Response } from 'express'
import type { HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

function sending(name: string, send: (res: Response, bytes: Buffer) => void): HttpContestant {
  return {
    name,
    framework: 'express',
    role: 'floor',
    scenarios: ['hit-1k', 'hit-20k', 'hit-200k'],
    serve(_scenario, handler) {
      const app = express()
      app.get('/', (_req, res) => {
        send(res, handler.bytes())
      })
      return listening(app)
    },
  }
}

export const expressRaw: HttpContestant = sending('raw end(buffer)', (res, bytes) => {
  res.setHeader('content-type', 'application/json; charset=utf-8')
  res.setHeader('content-length', bytes.length)
  res.end(bytes)
})

export const expressSend: HttpContestant = sending('res.send(buffer)', (res, bytes) => {
  res.type('json').send(bytes)
})
