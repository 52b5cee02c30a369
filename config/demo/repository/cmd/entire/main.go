package main

import "entire.io/cli/cmd/entire/cli/telemetry"

func main() {
	client := telemetry.NewClient()
	defer client.Close()
	run(client)
}
