/** The command line, the plan or a file that it names cannot be used; every line of the message is one problem. */
export class UsageError extends Error {}
