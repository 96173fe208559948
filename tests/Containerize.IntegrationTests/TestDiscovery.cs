// The library is internal, and so are tests whose data are its types.
[assembly: DiscoverInternals]
