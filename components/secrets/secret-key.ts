/** The key of each Secret that holds its value. */
export const SECRET_KEY = "value";
