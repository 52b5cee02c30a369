/** Protocol of client and daemon: equal numbers serve each other. A pin test says when to raise it. */
export const protocol = 1;

/** Version of the product, the same as in package.json (a test compares them). */
export const productVersion = '0.1.0';

/** `application_id` of our databases: 'prst'. */
export const applicationId = 1886548852;
