// The library is internal, and so are tests whose data are its types.
[assembly: DiscoverInternals]
// A reader that loops needs both cores to be noticed by its own time limit, not by its neighbours.
[assembly: DoNotParallelize]
