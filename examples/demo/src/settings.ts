/** The limits and lifetimes of the shop: the same options, word for word, in all three frameworks. */

/** Every client of the API: 80 requests in any 2 seconds. The window is short so that the demo stays usable by hand. */
export const apiLimit = { name: 'api', limit: 80, window: '2s', headers: ['legacy', 'draft-10'] } as const

/** Guessing passwords: 5 wrong attempts in any 15 minutes, counted exactly, per address. */
export const loginLimit = { name: 'login', limit: 5, window: '15m', algorithm: 'sliding-log' } as const

export const lifetimes = {
  list: '30s',
  product: '1m',
  search: '20s',
  report: '1m',
  export: '1m',
} as const
