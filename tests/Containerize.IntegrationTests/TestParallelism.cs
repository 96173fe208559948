// A build waits for a compiler, a server or a disk for much of its time: three classes at a time fill two cores. A class shares nothing
// with another but what Tools makes for all of them.
[assembly: Parallelize(Workers = 3, Scope = ExecutionScope.ClassLevel)]
