using System.Globalization;
using Containerize.Tool;

// What is printed is the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
