/**
 * Keys that are data and no names of fields: hours and ids (digits), days, countries, locales, age ranges with or without a
 * gender, and everything with a space or a comma, such as cities.
 */
const dataKey = /^(?:\d+|\d{4}-\d{2}-\d{2}.*|[A-Z]{2}|[a-z]{2}_[A-Z]{2}|(?:[FMU]\.)?\d{1,3}(?:-\d{1,3}|\+)|.*[\s,].*)$/s

export const isDataKey = (key: string): boolean => dataKey.test(key)
