/** A store that is another one but for one method. */

export function withMethod<Store extends object, Name extends keyof Store>(
  store: Store,
  name: Name,
  method: Store[Name],
): Store {
  return new Proxy(store, {
    get: (target, asked) => {
      const own: unknown = asked === name ? method : Reflect.get(target, asked)
      return typeof own === 'function' ? (own.bind(target) as unknown) : own
    },
  })
}
