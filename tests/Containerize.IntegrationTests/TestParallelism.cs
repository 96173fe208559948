// Every test starts builds, which use all cores by themselves; side by side they would only disturb one another.
[assembly: DoNotParallelize]
