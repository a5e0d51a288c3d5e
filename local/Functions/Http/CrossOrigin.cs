using Chat.Local.SignalR;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions.Http;

/// <summary>
/// CORS as in Azure and in Core Tools: for the origins of <c>Host.CORS</c>, with credentials if <c>Host.CORSCredentials</c> says so, and
/// none without them. SignalR Service has the same origins, and always takes credentials.
/// </summary>
internal static class CrossOrigin
{
    /// <exception cref="HostRefusedException">What is set isn't a list of origins.</exception>
    public static void Use(IApplicationBuilder app, SignalRService signalR, IConfiguration settings)
    {
        var origins = (settings["Host:CORS"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (origins.Length == 0)
        {
            return;
        }

        var credentials = settings.GetValue("Host:CORSCredentials", false);
        if (Array.Find(origins, origin => !IsOrigin(origin)) is { } other && (other != "*" || credentials))
        {
            throw new HostRefusedException(
                $"Host.CORS in local.settings.json has '{other}'. It takes origins as browsers send them, such as http://localhost:5173, " +
                "with commas and no spaces between, or without CORSCredentials also *.");
        }

        signalR.AllowOrigins(origins);
        app.UseCors(policy =>
        {
            policy.WithOrigins(origins).AllowAnyHeader().AllowAnyMethod();
            if (credentials)
            {
                policy.AllowCredentials();
            }
        });
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.GetLeftPart(UriPartial.Authority) == text;
}
