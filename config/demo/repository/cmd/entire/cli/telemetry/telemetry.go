package telemetry

import "time"

// ShutdownTimeout bounds how long a command waits for its telemetry.
const ShutdownTimeout = 100 * time.Millisecond

// Close sends what is queued.
func (c *Client) Close() {
	c.queue.Flush(ShutdownTimeout)
}
