/** koa-mount brings no types. */
declare module 'koa-mount' {
  import type { Middleware } from 'koa'

  export default function mount(prefix: string, middleware: Middleware): Middleware
}
