/** JSON has no undefined: what is not there is left out. */

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** The members that have a value. */
export function defined<T extends object>(value: T): Defined<T> {
  // What is left has the type's members, but for those that are undefined.
  return Object.fromEntries(Object.entries(value).filter(([, of]) => of !== undefined)) as Defined<T>;
}
