using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Local.Inspector;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.Functions.Http;

/// <summary>What only this host answers, beside the app: tokens for development, and the web client when it was built in.</summary>
internal sealed partial class LocalPages(TimeProvider time, IConfiguration settings)
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(12);
    private readonly FileExtensionContentTypeProvider _contentTypes = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("local/token", http => Token(http.Request.Query["user"].ToString(), http.Request.Query["role"].ToString()));
        var web = new HttpRoute(RoutePatternFactory.Parse("{**path}"), [HttpMethods.Get, HttpMethods.Head]);
        routes.Map(web.Pattern, http => WebFile((string?)http.Request.RouteValues["path"] ?? "index.html").ExecuteAsync(http))
            .WithMetadata(web)
            .WithOrder(int.MaxValue);
    }

    /// <param name="user">Whom the token is for.</param>
    /// <param name="role">The role that it gives; empty for none.</param>
    private IResult Token(string user, string role)
    {
        if (role.Length > 0 && !ValidRole().IsMatch(role))
        {
            return LocalRoutes.Refuse(
                StatusCodes.Status400BadRequest,
                "invalid_role",
                "Give a role of 1 to 64 of A-Za-z0-9._-, or none: /local/token?user=app&role=chat.host");
        }

        if (!ValidUser().IsMatch(user))
        {
            return LocalRoutes.Refuse(
                StatusCodes.Status400BadRequest,
                "invalid_user",
                "Say whom the token is for: /local/token?user=alice, with 1 to 128 of A-Za-z0-9._~-|@:+=, percent-encoded, "
                    + "but neither . nor ..");
        }

        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings["Auth:SigningKey"]!));
        var now = time.GetUtcNow();
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Subject = new ClaimsIdentity([
                new Claim(settings["Auth:UserIdClaim"] ?? "sub", user),
                .. role.Length > 0 ? [new Claim(settings["Auth:RolesClaim"] ?? "roles", role)] : Array.Empty<Claim>(),
            ]),
            Issuer = settings["Auth:Issuer"],
            Audience = settings["Auth:Audience"],
            IssuedAt = now.UtcDateTime,
            Expires = (now + TokenLifetime).UtcDateTime,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
        });
        return Results.Json(new { token, expiresAt = now + TokenLifetime });
    }

    private IResult WebFile(string path)
    {
        if (typeof(LocalPages).Assembly.GetManifestResourceStream("web/" + path) is { } file)
        {
            return Results.Stream(file, _contentTypes.TryGetContentType(path, out var type) ? type : "application/octet-stream");
        }

        return path == "index.html"
            ? Results.Text(
                "Chat.Functions runs here, without its page, which npm builds: install Node.js 20 or newer and build again. " +
                "A development token: /local/token?user=alice. What happens inside: /local.")
            : Results.StatusCode(StatusCodes.Status404NotFound);
    }

    [GeneratedRegex(@"\A(?!\.{1,2}\z)[A-Za-z0-9._~|@:+=-]{1,128}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidUser();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidRole();
}
