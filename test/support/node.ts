/** The Node that runs the built program; that of the tests themselves may be another. */
export const NODE = process.env.CLERK_MCP_TEST_NODE ?? process.execPath;
