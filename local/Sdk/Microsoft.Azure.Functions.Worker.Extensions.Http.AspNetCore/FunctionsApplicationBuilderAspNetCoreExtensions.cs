using Chat.Local.Functions.Http;

namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Lets functions take and return ASP.NET Core types. Middleware added before it never sees the request.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.TakesHttp = true;
        builder.Use(HttpPipeline.Use);
        return builder;
    }
}
