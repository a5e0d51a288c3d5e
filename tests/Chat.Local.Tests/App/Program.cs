using Chat.Local.TestApp;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
Setup.Current(builder);
await builder.Build().RunAsync();
